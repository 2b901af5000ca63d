"""A report that is said to be solved is re-opened by a dispute or a failed audit only."""

from django.db import migrations

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_closing_guards"), ("cases", "0022_undone_merges")]
    operations = [LoadSql("reports", "reports_reopening_guard", new=True)]
