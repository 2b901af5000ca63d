"""Decisions with one-time passwords (also as CHAP, RFC 2865 section 7.2), vouchers and the owners of devices.

A device becomes known when its access point sends the one-time password, since only then the device is certain.
"""

import importlib

from django.db import migrations

BEFORE = importlib.import_module("kini.wifi.migrations.0006_sessions").CHANGED
BEFORE_NAME = "wifi_decide(text, text, text, text, text, bytea, bytea, text, timestamptz)"
PROVES = r"""
CREATE FUNCTION wifi_proves(secret text, password text, chap text, challenge text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- Whether the secret was shown, as it is or as an answer to a challenge; octets are written as 0x….
    SELECT password = secret OR (
        chap ~ '^0x[0-9a-fA-F]{34}$' AND challenge ~ '^0x([0-9a-fA-F]{2})+$' AND lower(substr(chap, 5)) = md5(
            decode(substr(chap, 3, 2), 'hex') || convert_to(secret, 'UTF8') || decode(substr(challenge, 3), 'hex')))
$$
"""
ENTER = r"""
CREATE FUNCTION wifi_enter(
    device bytea, person bigint, policy text, sheet bigint, browser text, until timestamptz, at timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    -- Whether it was let in: not when its voucher holds no more. The same device with the same voucher counts once.
    IF sheet IS NOT NULL THEN
        UPDATE wifi_voucher v SET uses = v.uses + known.fresh
        FROM (SELECT 1 - count(*)::int AS fresh FROM wifi_device d WHERE d.mark = device AND d.voucher_id = sheet) AS known
        WHERE v.id = sheet AND v.withdrawn_at IS NULL AND v.starts_at <= at AND v.ends_at > at
            AND (v.devices IS NULL OR v.uses + known.fresh <= v.devices);
        IF NOT FOUND THEN RETURN false; END IF;
    END IF;
    INSERT INTO wifi_device (mark, group_id, owner_id, voucher_id, name, since, expires_at)
    VALUES (device, policy, person, sheet, browser, at, until)
    ON CONFLICT (mark) DO UPDATE SET group_id = excluded.group_id, owner_id = excluded.owner_id,
        voucher_id = excluded.voucher_id, name = excluded.name, expires_at = excluded.expires_at,
        since = CASE WHEN wifi_device.owner_id IS DISTINCT FROM excluded.owner_id THEN at ELSE wifi_device.since END;
    RETURN true;
END
$$
"""
DECIDE = r"""
CREATE FUNCTION wifi_decide(
    calling text, called text, nas text, source text, password text, chap text, challenge text,
    device_pads bytea, voucher_pads bytea, pass_pads bytea, zone text, at timestamptz DEFAULT now()
) RETURNS TABLE (attribute text, value text)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    station text := wifi_mac(calling);
    code text := upper(regexp_replace(coalesce(password, ''), '[- ]', '', 'g'));
    point record;
    device record;
    ticket record;
    policy wifi_group;
    marked bytea;
    closing integer;
    used record;
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
    ELSE
        closing := wifi_open_seconds(point.hours, at AT TIME ZONE zone);
        IF closing = 0 THEN reason := 'closed'; END IF;
    END IF;
    IF reason IS NULL THEN
        marked := wifi_mark(station, device_pads);
        SELECT d.group_id, d.owner_id, d.blocked_at, least(d.expires_at, v.withdrawn_at) AS expires_at INTO device
        FROM wifi_device d LEFT JOIN wifi_voucher v ON v.id = d.voucher_id WHERE d.mark = marked;
        IF device.blocked_at IS NOT NULL THEN reason := 'blocked'; END IF;
    END IF;
    IF reason IS NULL AND (code <> '' OR chap <> '') THEN
        DELETE FROM wifi_pass p WHERE p.device = marked AND p.access_point_id = point.id AND p.expires_at > at
            AND wifi_proves(left(encode(wifi_mark(p.nonce, pass_pads), 'hex'), 24), password, chap, challenge)
        RETURNING p.group_id::text, p.owner_id, p.voucher_id, p.name::text, p.known_until INTO ticket;
        IF NOT FOUND AND code <> '' AND device.expires_at > at IS NOT TRUE THEN
            SELECT v.group_id::text, NULL::bigint AS owner_id, v.id AS voucher_id, ''::text AS name, v.ends_at AS known_until
            INTO ticket FROM wifi_voucher v JOIN wifi_group g ON g.id = v.group_id AND g.active
            WHERE v.mark = wifi_mark(code, voucher_pads)
                AND v.withdrawn_at IS NULL AND v.starts_at <= at AND v.ends_at > at;
        END IF;
        IF FOUND THEN
            IF wifi_enter(marked, ticket.owner_id, ticket.group_id, ticket.voucher_id, ticket.name, ticket.known_until, at)
            THEN
                SELECT d.group_id, d.owner_id, d.expires_at, d.blocked_at INTO device
                FROM wifi_device d WHERE d.mark = marked;
            ELSE
                reason := 'voucher-used';
            END IF;
        END IF;
    END IF;
    IF reason IS NULL THEN
        IF device.expires_at > at THEN
            SELECT * INTO policy FROM wifi_group g WHERE g.id = device.group_id AND g.active;
        END IF;
        IF policy.id IS NULL THEN reason := 'sign-in'; END IF;
    END IF;
    IF reason IS NULL AND (policy.daily_seconds IS NOT NULL OR policy.daily_octets IS NOT NULL) THEN
        SELECT * INTO used FROM wifi_used(marked, device.owner_id, (at AT TIME ZONE zone)::date);
        IF used.seconds >= policy.daily_seconds OR used.octets >= policy.daily_octets THEN reason := 'used-up'; END IF;
    ELSE
        SELECT 0::numeric AS seconds INTO used;
    END IF;
    IF reason IS NOT NULL THEN
        RETURN QUERY VALUES ('Auth-Type', 'Reject'), ('Reply-Message', reason);
        RETURN;
    END IF;
    RETURN QUERY
    SELECT said.attribute, said.value FROM (VALUES
        ('Auth-Type', 'Accept'),
        ('Session-Timeout', least(policy.session_seconds, closing, policy.daily_seconds - used.seconds,
            least(ceil(extract(epoch FROM device.expires_at - at)), 2147483647)::int)::text),
        ('Idle-Timeout', policy.idle_seconds::text),
        ('WISPr-Bandwidth-Max-Down', policy.down_bps::text),
        ('WISPr-Bandwidth-Max-Up', policy.up_bps::text),
        ('Acct-Interim-Interval', '300')
    ) AS said (attribute, value) WHERE said.value IS NOT NULL;
END
$$
"""
USED = r"""
CREATE FUNCTION wifi_used(marked bytea, person bigint, today date, OUT seconds numeric, OUT octets numeric)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- By all of a person's devices together, where it is known whose it is.
    SELECT coalesce(sum(s.seconds), 0), coalesce(sum(s.octets_in + s.octets_out), 0) FROM wifi_session s
    WHERE s.day = today
        AND s.device = ANY (array_append(ARRAY(SELECT d.mark FROM wifi_device d WHERE d.owner_id = person), marked))
$$
"""
FUNCTIONS = (
    (PROVES, "wifi_proves(text, text, text, text)"),
    (USED, "wifi_used(bytea, bigint, date)"),
    (ENTER, "wifi_enter(bytea, bigint, text, bigint, text, timestamptz, timestamptz)"),
    (DECIDE, "wifi_decide(text, text, text, text, text, text, text, bytea, bytea, bytea, text, timestamptz)"),
)


class Migration(migrations.Migration):

    dependencies = [("wifi", "0008_portal")]

    operations = [
        migrations.RunSQL(f"DROP FUNCTION {BEFORE_NAME}", BEFORE),
        *(migrations.RunSQL(create, f"DROP FUNCTION {name}") for create, name in FUNCTIONS),
    ]
