"""Guards of publications and their versions."""

from django.db import migrations

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_publications")]
    operations = [
        LoadSql("reports", "reports_publication_guard", new=True),
        LoadSql("reports", "reports_version_guard", new=True),
    ]
