"""Triggers: registrations and next doses follow merges of persons."""

from typing import ClassVar

from django.db import migrations

from kini.people.public import follow_merges, not_follow_merges

TABLES = ("vaccination_registration", "vaccination_nextdose")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vaccination", "0009_registrations")]
    operations: ClassVar = [migrations.RunSQL(follow_merges(table), not_follow_merges(table)) for table in TABLES]
