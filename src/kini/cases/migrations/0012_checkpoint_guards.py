"""Checkpoints of timelines take new rows only."""

from django.db import migrations

from kini.core.database.append_only_triggers import append_only, not_append_only

TABLE = "cases_checkpoint"


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_checkpoints"), ("core", "0006_chain_guards")]
    operations = [migrations.RunSQL(append_only(TABLE), not_append_only(TABLE))]
