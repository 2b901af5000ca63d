"""Triggers: a membership only ends, an emergency access is only judged, statements about consents stay as they are."""

from django.db import migrations

from kini.core.database.append_only_triggers import append_only, not_append_only
from kini.core.database.sql_files import LoadSql

STATEMENTS = "records_consentstatement"


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial"), ("core", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only(STATEMENTS), not_append_only(STATEMENTS)),
        LoadSql("records", "kini_records_guard", new=True),
        LoadSql("records", "kini_records_once", new=True),
    ]
