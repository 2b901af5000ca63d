"""Triggers: attendances follow merges of persons."""

from typing import ClassVar

from django.db import migrations

from kini.people.public import follow_merges, not_follow_merges

TABLE = "epidemic_attendance"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("epidemic", "0012_tracing_gatherings")]
    operations: ClassVar = [migrations.RunSQL(follow_merges(TABLE), not_follow_merges(TABLE))]
