"""Triggers: needs verified by others, pledges counted and posted, deliveries that stay as counted."""

from typing import ClassVar

from django.db import migrations

from kini.core.database.sql_files import LoadSql


class Migration(migrations.Migration):
    dependencies: ClassVar = [("together", "0001_places_needs_pledges"), ("ledger", "0001_initial")]
    operations: ClassVar = [
        LoadSql("together", "together_need_guard", new=True),
        LoadSql("together", "together_pledge_guard", new=True),
        LoadSql("together", "together_pledge_moves", new=True),
        LoadSql("together", "together_delivery_guard", new=True),
    ]
