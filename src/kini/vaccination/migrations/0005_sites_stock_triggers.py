"""Triggers: quotas of vaccination sessions set doses aside in the ledger; a session stays while they are."""

from typing import ClassVar

from django.db import migrations

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("vaccination", "0004_sites_stock"),
        ("booking", "0006_sql_files"),
        ("ledger", "0001_initial"),
    ]
    operations: ClassVar = [
        LoadSql("vaccination", "vaccination_quota_stock", new=True),
        LoadSql("vaccination", "vaccination_session_guard", new=True),
    ]
