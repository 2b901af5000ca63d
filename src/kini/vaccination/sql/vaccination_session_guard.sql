-- Keep a session as long as doses are set aside for its places: its site, vaccine and dose stay, it is settled once, and
-- it is deleted or settled only when no dose is open or booked.
CREATE OR REPLACE FUNCTION vaccination_session_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    left_over bigint;
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.slot_id, OLD.site_id, OLD.vaccine, OLD.dose_ul)
        IS DISTINCT FROM (NEW.slot_id, NEW.site_id, NEW.vaccine, NEW.dose_ul) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('session %s keeps its slot, site, vaccine and dose', OLD.slot_id);
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.settled_at IS NOT NULL AND NEW.settled_at IS DISTINCT FROM OLD.settled_at THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation', MESSAGE = format('session %s is settled', OLD.slot_id);
    END IF;
    IF TG_OP = 'DELETE' OR (OLD.settled_at IS NULL AND NEW.settled_at IS NOT NULL) THEN
        SELECT coalesce(sum(b.balance), 0) INTO left_over FROM booking_quota q
        JOIN ledger_balance b ON b.unit = 'vaccine:' || OLD.vaccine AND b.account IN (
            'stock:doses:' || OLD.site_id || ':open:' || q.id, 'stock:doses:' || OLD.site_id || ':booked:' || q.id
        )
        WHERE q.slot_id = OLD.slot_id;
        IF left_over <> 0 THEN
            RAISE EXCEPTION USING
                ERRCODE = 'integrity_constraint_violation',
                MESSAGE = format('session %s still has %s microlitres set aside', OLD.slot_id, left_over);
        END IF;
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE OR REPLACE TRIGGER vaccination_session_guard BEFORE DELETE OR UPDATE
    ON vaccination_session FOR EACH ROW EXECUTE FUNCTION vaccination_session_guard();
