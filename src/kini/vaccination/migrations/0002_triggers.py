"""Triggers: doses follow merges of persons."""

from typing import ClassVar

from django.db import migrations

from kini.people.public import follow_merges, not_follow_merges

DOSES = "vaccination_dose"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vaccination", "0001_sites_lots_doses"), ("people", "0023_sql_files")]
    operations: ClassVar = [migrations.RunSQL(follow_merges(DOSES), not_follow_merges(DOSES))]
