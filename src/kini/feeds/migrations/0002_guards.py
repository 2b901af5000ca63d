"""Triggers: history and import runs are append-only."""

from django.db import migrations

from kini.core.database.append_only_triggers import append_only, not_append_only


class Migration(migrations.Migration):
    dependencies = [("feeds", "0001_initial"), ("core", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only(display), not_append_only(display)) for display in ("feeds_load", "feeds_past")
    ]
