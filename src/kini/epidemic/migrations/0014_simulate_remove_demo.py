"""Function that removes the history of made-up case records."""

from typing import ClassVar

from django.db import migrations

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies: ClassVar = [("epidemic", "0013_tracing_merges")]
    operations: ClassVar = [LoadSql("epidemic", "epidemic_remove_demo", new=True)]
