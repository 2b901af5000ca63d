-- Seconds and octets that a person, else a device, used on a day.
CREATE OR REPLACE FUNCTION wifi_used(
    marked bytea, person bigint, today date, OUT seconds numeric, OUT octets numeric
) RETURNS record
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- By all of a person's devices together, where it is known whose it is.
    SELECT coalesce(sum(s.seconds), 0), coalesce(sum(s.octets_in + s.octets_out), 0) FROM wifi_session s
    WHERE s.day = today
        AND s.device = ANY (array_append(ARRAY(SELECT d.mark FROM wifi_device d WHERE d.owner_id = person), marked))
$$;
