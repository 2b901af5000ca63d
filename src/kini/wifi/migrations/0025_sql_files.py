"""Load functions and triggers from their SQL files."""

from django.db import migrations

from kini.core.database.sql_files import LoadSql

FUNCTIONS = (
    "wifi_decide",
    "wifi_ended_at",
    "wifi_enter",
    "wifi_keep_days",
    "wifi_kind_stands",
    "wifi_mac",
    "wifi_mark",
    "wifi_open_seconds",
    "wifi_others",
    "wifi_point",
    "wifi_point_stands",
    "wifi_proves",
    "wifi_seal_day",
    "wifi_session_partition",
    "wifi_silence",
    "wifi_site_stands",
    "wifi_used",
)


class Migration(migrations.Migration):
    dependencies = [("wifi", "0024_owner_functions")]
    operations = [LoadSql("wifi", name) for name in FUNCTIONS]
