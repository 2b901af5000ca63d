"""Triggers: rows follow merges of persons; the history of classifications is append-only."""

from typing import ClassVar

from django.db import migrations

from kini.core.database.append_only_triggers import append_only, not_append_only
from kini.people.public import follow_merges, not_follow_merges

CASES, TESTS, CHANGES = "epidemic_caserecord", "epidemic_labtest", "epidemic_classificationchange"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("epidemic", "0001_case_records_and_figures"), ("people", "0023_sql_files")]
    operations: ClassVar = [
        migrations.RunSQL(follow_merges(CASES), not_follow_merges(CASES)),
        migrations.RunSQL(follow_merges(TESTS), not_follow_merges(TESTS)),
        migrations.RunSQL(append_only(CHANGES), not_append_only(CHANGES)),
    ]
