"""Triggers: contacts follow merges of persons, daily checks stay as they are, exposures match their case."""

from typing import ClassVar

from django.db import migrations

from kini.core.database.sql_files import LoadSql
from kini.people.public import follow_merges, not_follow_merges

CONTACTS, CHECKS = "epidemic_contact", "epidemic_dailycheck"
#: Retention deletes checks with their contact; nothing changes one.
UNCHANGED = f"""
    CREATE TRIGGER {CHECKS}_unchanged BEFORE UPDATE ON {CHECKS}
        FOR EACH ROW EXECUTE FUNCTION kini_append_only('note');
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("epidemic", "0007_tracing_contacts"), ("people", "0023_sql_files")]
    operations: ClassVar = [
        migrations.RunSQL(follow_merges(CONTACTS), not_follow_merges(CONTACTS)),
        migrations.RunSQL(UNCHANGED, f"DROP TRIGGER {CHECKS}_unchanged ON {CHECKS}"),
        LoadSql("epidemic", "epidemic_exposure_guard", new=True),
    ]
