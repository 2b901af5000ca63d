-- Move a booking to another slot, with both counters: 'booked', 'full', 'closed' or 'double'.
CREATE OR REPLACE FUNCTION kini_rebook(
    at timestamptz, moved bigint, wanted_slot bigint, groups text[], once text
) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    known booking_booking;
    room bigint;
BEGIN
    PERFORM 1 FROM booking_slot WHERE id = wanted_slot AND closed_at IS NULL AND opens_at <= at;
    IF NOT FOUND THEN
        RETURN 'closed';
    END IF;
    SELECT * INTO known FROM booking_booking WHERE id = moved FOR UPDATE;
    -- Always in the order of their ids, so that two who change places do not wait for each other.
    PERFORM 1 FROM booking_quota
    WHERE id = known.quota_id OR (slot_id = wanted_slot AND "group" = ANY(groups)) ORDER BY id FOR NO KEY UPDATE;
    IF kini_booking_waits(wanted_slot) THEN
        RETURN 'full';
    END IF;
    room := kini_booking_room(at, wanted_slot, groups, known.party);
    IF room IS NULL THEN
        RETURN 'full';
    END IF;
    UPDATE booking_booking SET slot_id = wanted_slot, quota_id = room, period = once WHERE id = moved;
    RETURN 'booked';
EXCEPTION WHEN unique_violation THEN
    RETURN 'double';
END
$$;
