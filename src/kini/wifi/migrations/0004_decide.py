"""SQL function `wifi_decide`: the decision about an Access-Request, in one query of FreeRADIUS."""

from django.db import migrations

MARK = r"""
CREATE FUNCTION wifi_mark(value text, pads bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- HMAC-SHA256 (RFC 2104) from the blocks of core.crypto.pads.
    SELECT sha256(substr(pads, 65, 64) || sha256(substr(pads, 1, 64) || convert_to(value, 'UTF8')))
$$
"""
MAC = r"""
CREATE FUNCTION wifi_mac(written text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- As RFC 3580 writes it; empty when it is none.
    SELECT CASE WHEN digits ~ '^[0-9A-F]{12}$' THEN regexp_replace(digits, '(..)(?!$)', '\1-', 'g') ELSE '' END
    FROM (SELECT upper(regexp_replace(coalesce(written, ''), '[-:. ]', '', 'g')) AS digits) AS plain
$$
"""
OPEN = r"""
CREATE FUNCTION wifi_open_seconds(hours jsonb, at timestamp) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- For how long it stays open on the city's clocks: 0 when it is closed, null when it does not close.
    SELECT CASE WHEN hours IS NULL THEN NULL ELSE (
        SELECT coalesce(max(ceil(extract(epoch FROM
            CASE WHEN closes = '00:00' THEN interval '24 hours' ELSE closes::interval END - at::time::interval))), 0)
        FROM jsonb_array_elements_text(hours -> (ARRAY['monday', 'tuesday', 'wednesday', 'thursday', 'friday',
            'saturday', 'sunday'])[extract(isodow FROM at)::int]) AS span,
            LATERAL (SELECT split_part(span, '-', 1) AS opens, split_part(span, '-', 2) AS closes) AS edges
        WHERE opens::time <= at::time AND (closes = '00:00' OR at::time < closes::time)
    )::int END
$$
"""
DECIDE = r"""
CREATE FUNCTION wifi_decide(
    calling text, called text, nas text, source text, password text,
    device_pads bytea, voucher_pads bytea, zone text, at timestamptz DEFAULT now()
) RETURNS TABLE (attribute text, value text)
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    station text := wifi_mac(calling);
    code text := upper(regexp_replace(coalesce(password, ''), '[- ]', '', 'g'));
    point record;
    device record;
    policy wifi_group;
    ends timestamptz;
    closing integer;
    reason text;
BEGIN
    SELECT p.nas_address, p.active AND s.active AS running, coalesce(s.hours, k.hours) AS hours INTO point
    FROM wifi_accesspoint p JOIN wifi_site s ON s.id = p.site_id LEFT JOIN wifi_sitekind k ON k.id = s.kind
    WHERE p.nas_identifier = nas AND p.nas_identifier <> '';
    IF NOT FOUND THEN
        SELECT p.nas_address, p.active AND s.active AS running, coalesce(s.hours, k.hours) AS hours INTO point
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
        SELECT d.group_id, d.expires_at, d.blocked_at INTO device
        FROM wifi_device d WHERE d.mark = wifi_mark(station, device_pads);
        IF FOUND AND device.blocked_at IS NOT NULL THEN
            reason := 'blocked';
        ELSIF FOUND AND device.expires_at > at THEN
            ends := device.expires_at;
            SELECT * INTO policy FROM wifi_group g WHERE g.id = device.group_id AND g.active;
        ELSIF code <> '' THEN
            SELECT v.ends_at INTO ends FROM wifi_voucher v
            WHERE v.mark = wifi_mark(code, voucher_pads)
                AND v.withdrawn_at IS NULL AND v.starts_at <= at AND v.ends_at > at;
            SELECT g.* INTO policy FROM wifi_voucher v JOIN wifi_group g ON g.id = v.group_id
            WHERE v.mark = wifi_mark(code, voucher_pads) AND g.active AND ends IS NOT NULL;
        END IF;
        IF reason IS NULL AND policy.id IS NULL THEN reason := 'sign-in'; END IF;
    END IF;
    IF reason IS NOT NULL THEN
        RETURN QUERY VALUES ('Auth-Type', 'Reject'), ('Reply-Message', reason);
        RETURN;
    END IF;
    RETURN QUERY
    SELECT said.attribute, said.value FROM (VALUES
        ('Auth-Type', 'Accept'),
        ('Session-Timeout', least(policy.session_seconds, closing,
            least(ceil(extract(epoch FROM ends - at)), 2147483647)::int)::text),
        ('Idle-Timeout', policy.idle_seconds::text),
        ('WISPr-Bandwidth-Max-Down', policy.down_bps::text),
        ('WISPr-Bandwidth-Max-Up', policy.up_bps::text),
        ('Acct-Interim-Interval', '300')
    ) AS said (attribute, value) WHERE said.value IS NOT NULL;
END
$$
"""
FUNCTIONS = (
    (MARK, "wifi_mark(text, bytea)"),
    (MAC, "wifi_mac(text)"),
    (OPEN, "wifi_open_seconds(jsonb, timestamp)"),
    (DECIDE, "wifi_decide(text, text, text, text, text, bytea, bytea, text, timestamptz)"),
)


class Migration(migrations.Migration):

    dependencies = [("wifi", "0003_admission")]

    operations = [migrations.RunSQL(create, f"DROP FUNCTION {name}") for create, name in FUNCTIONS]
