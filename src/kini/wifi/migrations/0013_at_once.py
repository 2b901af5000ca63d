"""End sessions by a dated rule; limit the devices of a person, or of a voucher, that are connected at the same time."""

import importlib

from django.db import migrations, models

BEFORE = importlib.import_module("kini.wifi.migrations.0009_decide_passes").DECIDE
SILENCE = """
CREATE FUNCTION wifi_silence(at timestamptz) RETURNS interval LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- For how long a session may be silent before it has ended.
    SELECT make_interval(secs => coalesce((
        SELECT silent_seconds FROM wifi_sessionrule WHERE since <= (at AT TIME ZONE 'UTC')::date
        ORDER BY since DESC LIMIT 1), 1200))
$$
"""
#: A session that goes on began no longer ago than the group lets one last (else 32 days), and was heard of lately.
OTHERS = """
CREATE FUNCTION wifi_others(marked bytea, person bigint, sheet bigint, longest integer, at timestamptz) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT count(DISTINCT s.device) FROM wifi_device d
    JOIN wifi_session s ON s.device = d.mark AND s.started_at >= d.since
        AND s.day >= ((at - wifi_silence(at) - make_interval(secs => coalesce(longest, 2764800))) AT TIME ZONE 'UTC')::date - 1
    WHERE (d.owner_id = person OR person IS NULL AND d.voucher_id = sheet) AND d.mark <> marked AND s.started_at <= at
        AND wifi_ended_at(s.nas, s.started_at, s.seen_at, s.stopped_at, wifi_silence(at), at) IS NULL
$$
"""
COUNT = """
    -- Its own session elsewhere does not stand in the way of a device that roams: only others count.
    IF reason IS NULL AND policy.devices_at_once IS NOT NULL THEN
        IF wifi_others(marked, device.owner_id, device.voucher_id, policy.session_seconds, at) >= policy.devices_at_once
        THEN reason := 'too-many'; END IF;
    END IF;
    IF reason IS NOT NULL THEN
        RETURN QUERY"""
CHANGED = (
    BEFORE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    .replace("SELECT d.group_id, d.owner_id,", "SELECT d.group_id, d.owner_id, d.voucher_id,")
    .replace("\n    IF reason IS NOT NULL THEN\n        RETURN QUERY", COUNT)
)


class Migration(migrations.Migration):

    dependencies = [("wifi", "0012_reviews")]

    operations = [
        migrations.AddField("group", "devices_at_once", models.PositiveIntegerField(null=True)),
        migrations.CreateModel(
            name="SessionRule",
            fields=[
                ("since", models.DateField(primary_key=True, serialize=False)),
                ("silent_seconds", models.PositiveIntegerField()),
            ],
        ),
        migrations.RunSQL(SILENCE, "DROP FUNCTION wifi_silence(timestamptz)"),
        migrations.RunSQL(OTHERS, "DROP FUNCTION wifi_others(bytea, bigint, bigint, integer, timestamptz)"),
        migrations.RunSQL(CHANGED, BEFORE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")),
    ]
