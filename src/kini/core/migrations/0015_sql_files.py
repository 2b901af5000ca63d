"""Functions and triggers as their files have them."""

from django.db import migrations

from kini.core.database.sql_files import LoadSql

FUNCTIONS = (
    "kini_analyze",
    "kini_append_only",
    "kini_chain_remove",
)


class Migration(migrations.Migration):
    dependencies = [("core", "0014_maintained")]
    operations = [LoadSql("core", name) for name in FUNCTIONS]
