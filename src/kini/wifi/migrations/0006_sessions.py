"""Session table partitioned by day, restarts of access points, and decisions by the day's usage."""

import importlib

from django.db import migrations

DECIDE = importlib.import_module("kini.wifi.migrations.0004_decide").DECIDE
TABLES = """
CREATE TABLE wifi_session (
    key bytea NOT NULL CHECK (length(key) = 32),
    day date NOT NULL,
    nas text NOT NULL,
    access_point text NOT NULL,
    device bytea NOT NULL CHECK (length(device) = 32),
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    stopped_at timestamptz,
    seconds bigint NOT NULL CHECK (seconds >= 0),
    octets_in bigint NOT NULL CHECK (octets_in >= 0),
    octets_out bigint NOT NULL CHECK (octets_out >= 0),
    cause text NOT NULL,
    PRIMARY KEY (day, key)
) PARTITION BY RANGE (day);
CREATE INDEX wifi_session_device ON wifi_session (device, day);
CREATE TABLE wifi_sessionday (key bytea PRIMARY KEY, day date NOT NULL);
CREATE TABLE wifi_restart (nas text NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (nas, at));

CREATE FUNCTION wifi_session_partition(wanted date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS wifi_session_%s PARTITION OF wifi_session FOR VALUES FROM (%L) TO (%L)',
        to_char(wanted, 'YYYYMMDD'), wanted, wanted + 1);
END
$$;

-- When a session ended: by its Stop, else when it was last heard of before its NAS began anew, or fell silent.
CREATE FUNCTION wifi_ended_at(
    nas text, started_at timestamptz, seen_at timestamptz, stopped_at timestamptz, silence interval, at timestamptz
) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(stopped_at, CASE WHEN seen_at < at - silence OR EXISTS (
        SELECT FROM wifi_restart r WHERE r.nas = $1 AND r.at > $2 AND r.at >= $3 AND r.at <= $6
    ) THEN seen_at END)
$$;
"""
BACK = """
DROP FUNCTION wifi_ended_at(text, timestamptz, timestamptz, timestamptz, interval, timestamptz);
DROP FUNCTION wifi_session_partition(date);
DROP TABLE wifi_restart; DROP TABLE wifi_sessionday; DROP TABLE wifi_session;
"""
QUOTA = """
    IF reason IS NULL THEN
        SELECT coalesce(sum(s.seconds), 0) AS seconds, coalesce(sum(s.octets_in + s.octets_out), 0) AS octets INTO used
        FROM wifi_session s
        WHERE s.device = wifi_mark(station, device_pads) AND s.day = (at AT TIME ZONE zone)::date;
        IF used.seconds >= policy.daily_seconds OR used.octets >= policy.daily_octets THEN reason := 'used-up'; END IF;
    END IF;
    IF reason IS NOT NULL THEN"""
CHANGED = (
    DECIDE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    .replace("    closing integer;", "    closing integer;\n    used record;")
    .replace("\n    IF reason IS NOT NULL THEN", QUOTA)
    .replace("least(policy.session_seconds, closing,", "least(policy.session_seconds, closing, policy.daily_seconds - used.seconds,")
)


class Migration(migrations.Migration):

    dependencies = [("wifi", "0005_daily_limits")]

    operations = [
        migrations.RunSQL(TABLES, BACK),
        migrations.RunSQL(CHANGED, DECIDE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")),
    ]
