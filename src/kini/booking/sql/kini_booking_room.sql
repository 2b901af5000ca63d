-- Return a quota of a slot that has room, locked. Expired holds make room first, without waiting for any lock.
CREATE OR REPLACE FUNCTION kini_booking_room(
    at timestamptz, wanted_slot bigint, groups text[], size integer
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    one bigint;
    fits boolean;
BEGIN
    FOR one IN
        SELECT id FROM booking_quota WHERE slot_id = wanted_slot AND "group" = ANY(groups)
        ORDER BY array_position(groups, "group"::text)
    LOOP
        SELECT taken + size <= capacity INTO fits FROM booking_quota WHERE id = one FOR NO KEY UPDATE;
        IF NOT fits THEN
            UPDATE booking_booking SET state = 'expired', expires_at = NULL, ended_at = at WHERE id IN (
                SELECT id FROM booking_booking
                WHERE quota_id = one AND state IN ('held', 'offered') AND expires_at <= at FOR UPDATE SKIP LOCKED
            );
            SELECT taken + size <= capacity INTO fits FROM booking_quota WHERE id = one;
        END IF;
        IF fits THEN
            RETURN one;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
