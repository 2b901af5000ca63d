"""Four eyes in the database: steps that need somebody else than earlier ones."""

from django.db import migrations

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies = [("cases", "0020_attachment"), ("services", "0003_desk_independent_of")]

    operations = [
        LoadSql("cases", "kini_independent_step", new=True),
        LoadSql("cases", "kini_case_step"),
    ]
