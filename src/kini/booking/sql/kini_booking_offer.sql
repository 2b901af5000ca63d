-- Offer free places of a slot to those who wait, in their order; returns the ids of the bookings.
CREATE OR REPLACE FUNCTION kini_booking_offer(
    at timestamptz, wanted_slot bigint, until timestamptz
) RETURNS SETOF bigint
LANGUAGE plpgsql AS $$
DECLARE
    next booking_booking;
    room bigint;
BEGIN
    FOR next IN
        SELECT * FROM booking_booking
        WHERE slot_id = wanted_slot AND state = 'waiting' AND draft_id IS NOT NULL ORDER BY made_at, id
        FOR UPDATE SKIP LOCKED
    LOOP
        room := kini_booking_room(at, wanted_slot, ARRAY[next."group", '']::text[], next.party);
        IF room IS NOT NULL THEN
            UPDATE booking_booking SET state = 'offered', quota_id = room, expires_at = until WHERE id = next.id;
            RETURN NEXT next.id;
        END IF;
    END LOOP;
END
$$;
