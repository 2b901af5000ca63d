-- Book a slot by `kini_book_for`; a refusal changes nothing, so an earlier hold stays.
CREATE OR REPLACE FUNCTION kini_book(
    at timestamptz, wanted_slot bigint, groups text[], size integer, who bigint, once text, ref text,
    becomes text, until timestamptz, booked_by bigint, from_draft uuid, sealed bytea
) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    verdict text;
BEGIN
    PERFORM 1 FROM booking_booking
    WHERE resident_id = who AND period = once AND state IN ('held', 'waiting', 'offered');
    IF NOT FOUND THEN
        RETURN kini_book_for(
            at, wanted_slot, groups, size, who, once, ref, becomes, until, booked_by, from_draft, sealed
        );
    END IF;
    BEGIN
        verdict := kini_book_for(
            at, wanted_slot, groups, size, who, once, ref, becomes, until, booked_by, from_draft, sealed
        );
        IF verdict <> 'booked' THEN
            RAISE EXCEPTION USING ERRCODE = 'KI001', MESSAGE = verdict;
        END IF;
        RETURN verdict;
    EXCEPTION WHEN SQLSTATE 'KI001' THEN
        RETURN SQLERRM;
    END;
END
$$;
