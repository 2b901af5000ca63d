-- Keep what each side counted: a count is entered once, and the agreed quantity is decided once.
CREATE OR REPLACE FUNCTION together_delivery_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.pledge_id, NEW.key, NEW.delivered_quantity, NEW.delivered_at)
            IS DISTINCT FROM (OLD.pledge_id, OLD.key, OLD.delivered_quantity, OLD.delivered_at)
        OR (OLD.received_quantity IS NOT NULL AND NEW.received_quantity IS DISTINCT FROM OLD.received_quantity)
        OR (OLD.agreed_quantity IS NOT NULL AND NEW.agreed_quantity IS DISTINCT FROM OLD.agreed_quantity) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_count_stays',
            MESSAGE = format('delivery %s keeps what each side counted', OLD.id);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER together_delivery_guard BEFORE UPDATE
    ON together_delivery FOR EACH ROW EXECUTE FUNCTION together_delivery_guard();
