"""The log of looks at identities takes new rows only."""

from django.db import migrations

from kini.core.database.append_only_triggers import append_only, not_append_only

TABLE = "people_accesslog"


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("core", "0002_guards")]
    operations = [migrations.RunSQL(append_only(TABLE), not_append_only(TABLE))]
