-- Admit a visitor to a service's waiting room, or count who is before them and estimate the wait in seconds.
-- While fewer come than are admitted, all are admitted at once. Else those who came in one window wait until it closes
-- and are admitted by lot, earlier windows first. A visitor who has not asked for two minutes is passed over.
CREATE OR REPLACE FUNCTION kini_booking_turn(
    at timestamptz, wanted text, who text, admit integer, seconds integer, lasts interval, OUT admitted boolean,
    OUT ahead integer, OUT wait integer
) RETURNS record
LANGUAGE plpgsql AS $$
DECLARE
    present CONSTANT interval := interval '2 minutes';
    this CONSTANT bigint := floor(extract(epoch FROM at) / seconds);
    left_over integer;
    mine booking_turn;
BEGIN
    SELECT true, 0, 0 INTO admitted, ahead, wait FROM booking_turn
    WHERE service_id = wanted AND visitor = who AND admitted_at > at - lasts;
    IF admitted THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('kini booking turn ' || wanted, 0));
    INSERT INTO booking_turn AS known (service_id, visitor, batch, draw, seen_at)
    VALUES (wanted, who, this, random(), at)
    ON CONFLICT (service_id, visitor) DO UPDATE SET
        batch = CASE WHEN known.admitted_at IS NULL AND known.seen_at > at - present THEN known.batch ELSE this END,
        draw = CASE WHEN known.admitted_at IS NULL AND known.seen_at > at - present THEN known.draw ELSE random() END,
        admitted_at = NULL, seen_at = at
    RETURNING * INTO mine;
    left_over := admit - (
        SELECT count(*) FROM booking_turn WHERE service_id = wanted AND admitted_at >= to_timestamp(this * seconds)
    );
    -- Of a window that is still open nobody knows the order yet: all of them are before each other.
    SELECT count(*) INTO ahead FROM booking_turn
    WHERE service_id = wanted AND admitted_at IS NULL AND seen_at > at - present AND visitor <> who
        AND (batch < mine.batch OR (batch = mine.batch AND (draw < mine.draw OR mine.batch = this)));
    admitted := ahead < left_over;
    IF admitted THEN
        UPDATE booking_turn SET admitted_at = at WHERE id = mine.id;
        wait := 0;
    ELSE
        wait := ceil((this + 1) * seconds - extract(epoch FROM at)) + seconds * (ahead / admit);
    END IF;
END
$$;
