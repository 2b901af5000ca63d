"""Triggers: the content of a signed document is immutable, an ended one stays ended, its history is append-only."""

from django.db import migrations

from kini.core.database.append_only_triggers import append_only, not_append_only
from kini.core.database.sql_files import LoadSql

HISTORY = "documents_signeddocumententry"


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial"), ("core", "0011_rotation")]
    operations = [
        migrations.RunSQL(append_only(HISTORY, rotated=("note",)), not_append_only(HISTORY)),
        LoadSql("documents", "kini_signed_document", new=True),
    ]
