-- Let a need be verified once, by somebody who is not the contact of its beneficiary; a need that ended stays ended, and
-- one with pledges keeps its beneficiary, programme and verifier.
CREATE OR REPLACE FUNCTION together_need_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (
        (NEW.beneficiary_id, NEW.programme, NEW.period) IS DISTINCT FROM (OLD.beneficiary_id, OLD.programme, OLD.period)
        OR (OLD.verified_by_id IS NOT NULL AND NEW.verified_by_id IS DISTINCT FROM OLD.verified_by_id)
        OR (OLD.state NOT IN ('reported', 'open') AND NEW.state <> OLD.state)
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_need_stays',
            MESSAGE = format('need %s keeps its beneficiary, programme, verifier and end', OLD.reference);
    END IF;
    IF NEW.verified_by_id IS NOT NULL AND EXISTS (
        SELECT FROM together_beneficiary b
        WHERE b.id = NEW.beneficiary_id AND b.contact_id = NEW.verified_by_id
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_need_not_by_contact',
            MESSAGE = format('need %s cannot be verified by the contact of its beneficiary', NEW.reference);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER together_need_guard BEFORE INSERT OR UPDATE
    ON together_need FOR EACH ROW EXECUTE FUNCTION together_need_guard();
