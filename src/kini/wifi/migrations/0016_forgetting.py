"""Dated rule for the days after which sessions are anonymized."""

from django.db import migrations, models

KEEP = """
CREATE FUNCTION wifi_keep_days(of_day date) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- For how many days the sessions that began on a day lead to their devices.
    SELECT coalesce((SELECT keep_days FROM wifi_sessionrule WHERE since <= of_day ORDER BY since DESC LIMIT 1), 30)
$$
"""
#: `sealed`: a constraint keeps devices and people out of it (`forgetting.SEAL`).
PARTITIONS = """
CREATE VIEW wifi_partition AS
SELECT to_date(right(c.relname, 8), 'YYYYMMDD') AS day,
    EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.conname = 'wifi_session_forgotten') AS sealed
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'wifi_session'::regclass
"""


class Migration(migrations.Migration):

    dependencies = [("wifi", "0015_served")]

    operations = [
        migrations.AddField("sessionrule", "keep_days", models.PositiveIntegerField(default=30, db_default=30)),
        migrations.RunSQL(KEEP, "DROP FUNCTION wifi_keep_days(date)"),
        migrations.RunSQL(PARTITIONS, "DROP VIEW wifi_partition"),
        migrations.RunSQL(
            "ALTER TABLE wifi_session ALTER COLUMN device DROP NOT NULL",
            "ALTER TABLE wifi_session ALTER COLUMN device SET NOT NULL",
        ),
    ]
