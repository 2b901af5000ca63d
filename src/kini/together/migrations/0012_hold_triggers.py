"""Triggers: what is held against fraud does not move, and a hold stays as it was placed and decided."""

from typing import ClassVar

from django.db import migrations

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies: ClassVar = [("together", "0011_fraud_holds")]
    operations: ClassVar = [
        LoadSql("together", "together_hold_guard", new=True),
        LoadSql("together", "together_held_stays", new=True),
        LoadSql("together", "together_hold_drops", new=True),
    ]
