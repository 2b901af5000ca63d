-- True while somebody waits for a slot: free places are theirs. Who deleted their draft waits no more.
CREATE OR REPLACE FUNCTION kini_booking_waits(wanted_slot bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM booking_booking WHERE slot_id = wanted_slot AND state = 'waiting' AND draft_id IS NOT NULL
    )
$$;
