-- End the added doses of an appointment in the statement that gives it up or moves it to another site.
CREATE OR REPLACE FUNCTION vaccination_added_doses_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE vaccination_addeddose AS added SET ended_at = clock_timestamp(), ended_because = 'released'
    WHERE added.booking_id = NEW.id AND added.ended_at IS NULL AND (
        NEW.state IN ('cancelled', 'expired')
        OR added.site_id <> (SELECT site_id FROM vaccination_session WHERE slot_id = NEW.slot_id)
    );
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER vaccination_added_doses_end AFTER UPDATE OF state, slot_id ON booking_booking
    FOR EACH ROW WHEN (
        (OLD.state <> NEW.state AND NEW.state IN ('cancelled', 'expired')) OR OLD.slot_id <> NEW.slot_id
    ) EXECUTE FUNCTION vaccination_added_doses_end();
