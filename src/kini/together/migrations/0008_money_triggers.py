"""Triggers: pools, gifts and payouts held, counted and posted; money and goods apart in the ledger."""

from typing import ClassVar

from django.db import migrations

from kini.core.database.sql_files import LoadSql


def count_pending(apps, schema_editor):
    """Count what is pending already, packages all, by its quantity."""
    from django.db.models import F

    apps.get_model("together", "PendingMovement").objects.update(counted=F("quantity"))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("together", "0007_money")]
    operations: ClassVar = [
        migrations.RunPython(count_pending, migrations.RunPython.noop, elidable=True),
        LoadSql("together", "together_pool_guard", new=True),
        LoadSql("together", "together_gift_guard", new=True),
        LoadSql("together", "together_gift_moves", new=True),
        LoadSql("together", "together_payout_guard", new=True),
        LoadSql("together", "together_payout_moves", new=True),
        LoadSql("together", "together_payout_settles", new=True),
        LoadSql("together", "together_money_apart", new=True),
    ]
