-- Hold or confirm places: 'booked', 'full', 'closed' (not open now), or 'double' (one booking for a person and period).
-- Holds and waiting places of the same person and period are given up for it.
CREATE OR REPLACE FUNCTION kini_book_for(
    at timestamptz, wanted_slot bigint, groups text[], size integer, who bigint, once text, ref text,
    becomes text, until timestamptz, booked_by bigint, from_draft uuid, sealed bytea
) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    room bigint;
BEGIN
    PERFORM 1 FROM booking_slot WHERE id = wanted_slot AND closed_at IS NULL AND opens_at <= at;
    IF NOT FOUND THEN
        RETURN 'closed';
    END IF;
    UPDATE booking_booking
    SET state = CASE WHEN state = 'offered' THEN 'expired' ELSE 'cancelled' END, expires_at = NULL, ended_at = at
    WHERE id IN (
        SELECT id FROM booking_booking
        WHERE resident_id = who AND period = once
            AND (state IN ('held', 'waiting') OR (state = 'offered' AND expires_at <= at))
        FOR UPDATE SKIP LOCKED
    );
    IF who IS NOT NULL AND kini_booking_waits(wanted_slot) THEN
        RETURN 'full';
    END IF;
    room := kini_booking_room(at, wanted_slot, groups, size);
    IF room IS NULL THEN
        RETURN 'full';
    END IF;
    INSERT INTO booking_booking (
        reference, slot_id, quota_id, "group", party, state, resident_id, period, user_id, draft_id, request,
        made_at, expires_at, number
    ) VALUES (
        ref, wanted_slot, room, groups[1], size, becomes, who, once, booked_by, from_draft, sealed, at, until, ''
    ) ON CONFLICT DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'booked' ELSE 'double' END;
END
$$;
