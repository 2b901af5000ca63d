"""Trigger: what was published of the ledger of help stays."""

from typing import ClassVar

from django.db import migrations

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies: ClassVar = [("together", "0003_public_ledger")]
    operations: ClassVar = [LoadSql("together", "together_published_stays", new=True)]
