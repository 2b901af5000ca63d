-- Count a sign-up in its role, in the statement that changes it; the check of the role refuses one too many.
CREATE OR REPLACE FUNCTION together_sign_up_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before integer := CASE WHEN TG_OP <> 'INSERT' AND OLD.state <> 'cancelled' THEN 1 ELSE 0 END;
    after integer := CASE WHEN TG_OP <> 'DELETE' AND NEW.state <> 'cancelled' THEN 1 ELSE 0 END;
BEGIN
    IF before <> after THEN
        UPDATE together_shiftrole SET taken = taken + after - before
        WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.role_id ELSE NEW.role_id END;
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER together_sign_up_count AFTER INSERT OR DELETE OR UPDATE OF state
    ON together_signup FOR EACH ROW EXECUTE FUNCTION together_sign_up_count();
