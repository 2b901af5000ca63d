"""Halve the time of a decision: read device, voucher and group in one query.

One-time passwords are looked up only when the value may be one, and no value is rewritten by regular expressions.
"""

import importlib

from django.db import migrations

DECIDE_BEFORE = importlib.import_module("kini.wifi.migrations.0013_at_once").CHANGED
EARLIER = importlib.import_module("kini.wifi.migrations.0004_decide")
#: STABLE, as `convert_to` is: what is written in its place then is the expression itself.
MARK = r"""
CREATE OR REPLACE FUNCTION wifi_mark(value text, pads bytea) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- HMAC-SHA256 (RFC 2104) from the blocks of core.crypto.pads.
    SELECT sha256(substr(pads, 65, 64) || sha256(substr(pads, 1, 64) || convert_to(value, 'UTF8')))
$$
"""
MAC = r"""
CREATE OR REPLACE FUNCTION wifi_mac(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- As RFC 3580 writes it; empty when it is none.
    SELECT CASE WHEN translate(written, '-:. ', '') ~ '^[0-9A-Fa-f]{12}$' THEN
        upper(overlay(overlay(overlay(overlay(overlay(translate(written, '-:. ', '')
            PLACING '-' FROM 11 FOR 0) PLACING '-' FROM 9 FOR 0) PLACING '-' FROM 7 FOR 0) PLACING '-' FROM 5 FOR 0)
            PLACING '-' FROM 3 FOR 0))
    ELSE '' END
$$
"""
DECIDE = r"""
CREATE OR REPLACE FUNCTION wifi_decide(
    calling text, called text, nas text, source text, password text, chap text, challenge text,
    device_pads bytea, voucher_pads bytea, pass_pads bytea, zone text, at timestamptz DEFAULT now()
) RETURNS TABLE (attribute text, value text)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    station text := wifi_mac(calling);
    code text := coalesce(upper(translate(password, '- ', '')), '');
    point record;
    device record;
    ticket record;
    used record;
    marked bytea;
    shown boolean;
    closing integer;
    lasts integer;
    reason text;
BEGIN
    SELECT p.id, p.nas_address, p.active AND s.active AS running, coalesce(s.hours, k.hours) AS hours INTO point
    FROM wifi_accesspoint p JOIN wifi_site s ON s.id = p.site_id LEFT JOIN wifi_sitekind k ON k.id = s.kind
    WHERE p.nas_identifier = nas AND p.nas_identifier <> '';
    IF NOT FOUND THEN
        SELECT p.id, p.nas_address, p.active AND s.active AS running, coalesce(s.hours, k.hours) AS hours INTO point
        FROM wifi_accesspoint p JOIN wifi_site s ON s.id = p.site_id LEFT JOIN wifi_sitekind k ON k.id = s.kind
        WHERE p.mac = wifi_mac(left(called, 17));
    END IF;
    -- A secret opens only the access point that it belongs to.
    IF NOT FOUND OR NOT point.running OR host(point.nas_address) IS DISTINCT FROM source OR station = '' THEN
        reason := 'unknown-access-point';
    ELSIF point.hours IS NOT NULL THEN
        closing := wifi_open_seconds(point.hours, at AT TIME ZONE zone);
        IF closing = 0 THEN reason := 'closed'; END IF;
    END IF;
    -- What is known of the device; where it showed something that lets it in, once more.
    FOR turn IN 1..2 LOOP
        EXIT WHEN reason IS NOT NULL;
        marked := wifi_mark(station, device_pads);
        SELECT d.owner_id, d.voucher_id, d.blocked_at, least(d.expires_at, v.withdrawn_at) AS expires_at,
            g.id AS policy, g.session_seconds, g.idle_seconds, g.down_bps, g.up_bps, g.daily_seconds, g.daily_octets,
            g.devices_at_once INTO device
        FROM wifi_device d LEFT JOIN wifi_voucher v ON v.id = d.voucher_id
            LEFT JOIN wifi_group g ON g.id = d.group_id AND g.active
        WHERE d.mark = marked;
        IF device.blocked_at IS NOT NULL THEN reason := 'blocked'; END IF;
        EXIT WHEN turn = 2 OR reason IS NOT NULL;
        shown := false;
        -- A one-time password has 24 letters, or is proved by CHAP.
        IF length(password) = 24 OR chap <> '' THEN
            DELETE FROM wifi_pass p WHERE p.device = marked AND p.access_point_id = point.id AND p.expires_at > at
                AND wifi_proves(left(encode(wifi_mark(p.nonce, pass_pads), 'hex'), 24), password, chap, challenge)
            RETURNING p.group_id::text AS policy, p.owner_id, p.voucher_id, p.name::text, p.known_until INTO ticket;
            shown := FOUND;
        END IF;
        IF NOT shown AND code <> '' AND device.expires_at > at IS NOT TRUE THEN
            SELECT v.group_id::text AS policy, NULL::bigint AS owner_id, v.id AS voucher_id, ''::text AS name,
                v.ends_at AS known_until INTO ticket
            FROM wifi_voucher v JOIN wifi_group g ON g.id = v.group_id AND g.active
            WHERE v.mark = wifi_mark(code, voucher_pads)
                AND v.withdrawn_at IS NULL AND v.starts_at <= at AND v.ends_at > at;
            shown := FOUND;
        END IF;
        EXIT WHEN NOT shown;
        IF NOT wifi_enter(
            marked, ticket.owner_id, ticket.policy, ticket.voucher_id, ticket.name, ticket.known_until, at
        ) THEN reason := 'voucher-used'; END IF;
    END LOOP;
    IF reason IS NULL THEN
        IF device.policy IS NULL OR device.expires_at > at IS NOT TRUE THEN reason := 'sign-in';
        ELSIF device.daily_seconds IS NOT NULL OR device.daily_octets IS NOT NULL THEN
            SELECT * INTO used FROM wifi_used(marked, device.owner_id, (at AT TIME ZONE zone)::date);
            IF used.seconds >= device.daily_seconds OR used.octets >= device.daily_octets THEN reason := 'used-up'; END IF;
            lasts := device.daily_seconds - used.seconds;
        END IF;
    END IF;
    IF reason IS NULL THEN
        -- Its own session elsewhere does not stand in the way of a device that roams: only others count.
        IF device.devices_at_once IS NOT NULL AND wifi_others(marked, device.owner_id, device.voucher_id, device.session_seconds, at) >= device.devices_at_once
        THEN reason := 'too-many'; END IF;
    END IF;
    attribute := 'Auth-Type';
    IF reason IS NOT NULL THEN
        value := 'Reject'; RETURN NEXT;
        attribute := 'Reply-Message'; value := reason; RETURN NEXT;
        RETURN;
    END IF;
    value := 'Accept'; RETURN NEXT;
    lasts := least(device.session_seconds, closing, lasts,
        least(ceil(extract(epoch FROM device.expires_at - at)), 2147483647)::int);
    attribute := 'Session-Timeout'; value := lasts; RETURN NEXT;
    IF device.idle_seconds IS NOT NULL THEN
        attribute := 'Idle-Timeout'; value := device.idle_seconds; RETURN NEXT;
    END IF;
    IF device.down_bps IS NOT NULL THEN
        attribute := 'WISPr-Bandwidth-Max-Down'; value := device.down_bps; RETURN NEXT;
    END IF;
    IF device.up_bps IS NOT NULL THEN
        attribute := 'WISPr-Bandwidth-Max-Up'; value := device.up_bps; RETURN NEXT;
    END IF;
    attribute := 'Acct-Interim-Interval'; value := '300'; RETURN NEXT;
END
$$
"""
#: Each interim update changes a row; what becomes of it finds room on its page, so that no index is written.
PARTITION = """
CREATE OR REPLACE FUNCTION wifi_session_partition(wanted date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE IF NOT EXISTS wifi_session_%s PARTITION OF wifi_session FOR VALUES FROM (%L) TO (%L)
        WITH (fillfactor = 60)', to_char(wanted, 'YYYYMMDD'), wanted, wanted + 1);
END
$$
"""
REPLACED = (
    (MARK, EARLIER.MARK.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")),
    (MAC, EARLIER.MAC.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")),
    (DECIDE, DECIDE_BEFORE),
    (PARTITION, PARTITION.replace("\n        WITH (fillfactor = 60)", "")),
)


class Migration(migrations.Migration):

    dependencies = [("wifi", "0020_since_the_second")]

    operations = [migrations.RunSQL(now, before) for now, before in REPLACED]
