"""Guard of tables that only the triggers of other tables maintain."""

from django.db import migrations

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies = [("core", "0013_table_import")]
    operations = [LoadSql("core", "kini_maintained", new=True)]
