"""Make the history of breaches append-only."""

from django.db import migrations

from kini.core.database.append_only_triggers import append_only, not_append_only

HISTORY = "privacy_breachentry"


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_initial"), ("core", "0002_guards")]
    operations = [migrations.RunSQL(append_only(HISTORY), not_append_only(HISTORY))]
