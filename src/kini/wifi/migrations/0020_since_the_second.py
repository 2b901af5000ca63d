"""Truncate the time since which a device belongs to a person to the second.

Accounting has no fractions of a second: a session that started at once would seem to have started before, and would count
for nobody.
"""

import importlib

from django.db import migrations

BEFORE = importlib.import_module("kini.wifi.migrations.0009_decide_passes").ENTER.replace("CREATE", "CREATE OR REPLACE")
CHANGED = BEFORE.replace("browser, at, until)", "browser, date_trunc('second', at), until)").replace(
    "IS DISTINCT FROM excluded.owner_id THEN at ELSE", "IS DISTINCT FROM excluded.owner_id THEN excluded.since ELSE"
)


class Migration(migrations.Migration):

    dependencies = [("wifi", "0019_health")]

    operations = [
        migrations.RunSQL(CHANGED, BEFORE),
        migrations.RunSQL("UPDATE wifi_device SET since = date_trunc('second', since)", migrations.RunSQL.noop),
    ]
