"""Decide in one row and mostly one query, with access point, device and group read together.

Callers write the device's MAC as in RFC 3580.
"""

import importlib

from django.db import migrations

BEFORE = importlib.import_module("kini.wifi.migrations.0021_quick_decide").DECIDE
TAKES = "text, text, text, text, text, text, text, bytea, bytea, bytea, text, timestamptz"
#: What is known of the access point, of the device, and of the device's group.
READ = """SELECT p.id, p.active AND s.active AND host(p.nas_address) = source, coalesce(s.hours, k.hours),
            d.owner_id, d.voucher_id, d.blocked_at IS NOT NULL, d.expires_at, g.id IS NOT NULL, g.session_seconds,
            g.idle_seconds, g.down_bps, g.up_bps, g.daily_seconds, g.daily_octets, g.devices_at_once
        INTO point, trusted, hours, owner, sheet, blocked, expires, grouped, session_seconds,
            idle_seconds, down_bps, up_bps, daily_time, daily_data, at_once
        FROM wifi_accesspoint p JOIN wifi_site s ON s.id = p.site_id LEFT JOIN wifi_sitekind k ON k.id = s.kind
            LEFT JOIN wifi_device d ON d.mark = wifi_mark(station, device_pads)
            LEFT JOIN wifi_group g ON g.id = d.group_id AND g.active
        WHERE"""
DECIDE = f"""
CREATE FUNCTION wifi_decide(
    station text, called text, nas text, source text, password text, chap text, challenge text,
    device_pads bytea, voucher_pads bytea, pass_pads bytea, zone text, at timestamptz DEFAULT now(),
    OUT answer text, OUT reason text,
    OUT session_seconds integer, OUT idle_seconds integer, OUT down_bps bigint, OUT up_bps bigint
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    point bigint;
    trusted boolean;
    hours jsonb;
    closing integer;
    lasts integer;
    owner bigint;
    sheet bigint;
    blocked boolean;
    expires timestamptz;
    grouped boolean;
    daily_time integer;
    daily_data bigint;
    at_once integer;
    ticket record;
    used record;
    marked bytea;
    code text;
    shown boolean := false;
BEGIN
    LOOP
        {READ} p.nas_identifier = nas AND p.nas_identifier <> '';
        IF NOT FOUND THEN
            {READ} p.mac = wifi_mac(left(called, 17));
        END IF;
        IF sheet IS NOT NULL THEN
            SELECT least(expires, v.withdrawn_at) INTO expires FROM wifi_voucher v WHERE v.id = sheet;
        END IF;
        IF hours IS NOT NULL THEN closing := wifi_open_seconds(hours, at AT TIME ZONE zone); END IF;
        reason := CASE
            -- A secret opens only the access point that it belongs to.
            WHEN trusted IS NOT TRUE OR station = '' THEN 'unknown-access-point'
            WHEN closing = 0 THEN 'closed'
            WHEN blocked THEN 'blocked'
            WHEN grouped AND expires > at THEN NULL
            ELSE 'sign-in' END;
        -- A one-time password has 24 letters, or is proved by CHAP; a voucher is asked for only of whom nobody knows.
        EXIT WHEN shown OR reason <> 'sign-in' OR reason IS NULL AND length(password) <> 24 AND chap = '';
        marked := wifi_mark(station, device_pads);
        IF length(password) = 24 OR chap <> '' THEN
            DELETE FROM wifi_pass p WHERE p.device = marked AND p.access_point_id = point AND p.expires_at > at
                AND wifi_proves(left(encode(wifi_mark(p.nonce, pass_pads), 'hex'), 24), password, chap, challenge)
            RETURNING p.group_id::text AS policy, p.owner_id, p.voucher_id, p.name::text, p.known_until INTO ticket;
            shown := FOUND;
        END IF;
        code := upper(translate(password, '- ', ''));
        IF NOT shown AND code <> '' AND expires > at IS NOT TRUE THEN
            SELECT v.group_id::text AS policy, NULL::bigint AS owner_id, v.id AS voucher_id, ''::text AS name,
                v.ends_at AS known_until INTO ticket
            FROM wifi_voucher v JOIN wifi_group g ON g.id = v.group_id AND g.active
            WHERE v.mark = wifi_mark(code, voucher_pads)
                AND v.withdrawn_at IS NULL AND v.starts_at <= at AND v.ends_at > at;
            shown := FOUND;
        END IF;
        EXIT WHEN NOT shown;
        -- What it showed lets it in: what is known of it is read once more.
        IF NOT wifi_enter(
            marked, ticket.owner_id, ticket.policy, ticket.voucher_id, ticket.name, ticket.known_until, at
        ) THEN
            reason := 'voucher-used';
            EXIT;
        END IF;
    END LOOP;
    IF reason IS NULL AND coalesce(daily_time, daily_data, at_once) IS NOT NULL THEN
        marked := wifi_mark(station, device_pads);
        IF daily_time IS NOT NULL OR daily_data IS NOT NULL THEN
            SELECT * INTO used FROM wifi_used(marked, owner, (at AT TIME ZONE zone)::date);
            IF used.seconds >= daily_time OR used.octets >= daily_data THEN reason := 'used-up'; END IF;
            lasts := daily_time - used.seconds;
        END IF;
        -- Its own session elsewhere does not stand in the way of a device that roams: only others count.
        IF reason IS NULL AND at_once IS NOT NULL THEN
            IF wifi_others(marked, owner, sheet, session_seconds, at) >= at_once THEN reason := 'too-many'; END IF;
        END IF;
    END IF;
    IF reason IS NULL THEN
        answer := 'Accept';
        session_seconds := least(session_seconds, closing, lasts, ceil(extract(epoch FROM expires - at)), 2147483647);
    ELSE
        SELECT 'Reject', NULL, NULL, NULL, NULL INTO answer, session_seconds, idle_seconds, down_bps, up_bps;
    END IF;
END
$$
"""


class Migration(migrations.Migration):

    dependencies = [("wifi", "0021_quick_decide")]

    operations = [
        migrations.RunSQL(f"DROP FUNCTION wifi_decide({TAKES})", BEFORE),
        migrations.RunSQL(DECIDE, f"DROP FUNCTION wifi_decide({TAKES})"),
    ]
