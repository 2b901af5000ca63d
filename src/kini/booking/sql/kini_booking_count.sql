-- Count bookings in their quota; the quota's check refuses what would oversell.
CREATE OR REPLACE FUNCTION kini_booking_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    taking CONSTANT text[] := ARRAY['held', 'offered', 'confirmed', 'arrived', 'served', 'missed'];
    before integer := CASE WHEN TG_OP <> 'INSERT' AND OLD.state = ANY(taking) THEN OLD.party ELSE 0 END;
    after integer := CASE WHEN TG_OP <> 'DELETE' AND NEW.state = ANY(taking) THEN NEW.party ELSE 0 END;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.quota_id = NEW.quota_id AND OLD.slot_id = NEW.slot_id THEN
        IF after <> before THEN
            UPDATE booking_quota SET taken = taken + after - before WHERE id = NEW.quota_id;
        END IF;
        RETURN NULL;
    END IF;
    IF before <> 0 THEN
        UPDATE booking_quota SET taken = taken - before WHERE id = OLD.quota_id;
    END IF;
    IF after <> 0 THEN
        UPDATE booking_quota SET taken = taken + after WHERE id = NEW.quota_id AND slot_id = NEW.slot_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'integrity_constraint_violation',
                MESSAGE = format('booking %s takes of a quota that is not of its slot', NEW.reference);
        END IF;
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER booking_booking_count AFTER INSERT OR DELETE OR UPDATE OF state, party, quota_id, slot_id
    ON booking_booking FOR EACH ROW EXECUTE FUNCTION kini_booking_count();
