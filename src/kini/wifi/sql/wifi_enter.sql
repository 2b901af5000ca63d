-- Admit a device; false when its voucher is used up.
CREATE OR REPLACE FUNCTION wifi_enter(
    device bytea, person bigint, policy text, sheet bigint, browser text, until timestamptz, at timestamptz
) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    -- Whether it was let in: not when its voucher holds no more. The same device with the same voucher counts once.
    IF sheet IS NOT NULL THEN
        UPDATE wifi_voucher v SET uses = v.uses + known.fresh
        FROM (
            SELECT 1 - count(*)::int AS fresh FROM wifi_device d WHERE d.mark = device AND d.voucher_id = sheet
        ) AS known
        WHERE v.id = sheet AND v.withdrawn_at IS NULL AND v.starts_at <= at AND v.ends_at > at
            AND (v.devices IS NULL OR v.uses + known.fresh <= v.devices);
        IF NOT FOUND THEN RETURN false; END IF;
    END IF;
    INSERT INTO wifi_device (mark, group_id, owner_id, voucher_id, name, since, expires_at)
    VALUES (device, policy, person, sheet, browser, date_trunc('second', at), until)
    ON CONFLICT (mark) DO UPDATE SET group_id = excluded.group_id, owner_id = excluded.owner_id,
        voucher_id = excluded.voucher_id, name = excluded.name, expires_at = excluded.expires_at,
        since = CASE WHEN wifi_device.owner_id IS DISTINCT FROM excluded.owner_id THEN excluded.since
            ELSE wifi_device.since END;
    RETURN true;
END
$$;
