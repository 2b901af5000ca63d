"""Triggers: history and import runs are append-only."""

from django.db import migrations

from kini.core.database.guards import append_only, not_append_only


class Migration(migrations.Migration):
    dependencies = [("feeds", "0001_initial"), ("core", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only(table), not_append_only(table)) for table in ("feeds_load", "feeds_past")
    ]
