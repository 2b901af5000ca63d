"""Triggers: a frozen pool is handed over or refunded by two officers of neither side."""

from typing import ClassVar

from django.db import migrations

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies: ClassVar = [("together", "0015_pool_handovers")]
    operations: ClassVar = [
        LoadSql("together", "together_handover_guard", new=True),
        LoadSql("together", "together_pool_guard"),
    ]
