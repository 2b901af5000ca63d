-- Allow the removal of a rating's text after its case has ended; the trigger's condition allows no other change.
CREATE OR REPLACE FUNCTION kini_rating_redaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM cases_case WHERE id = OLD.case_id AND closed_at IS NOT NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'integrity_constraint_violation',
        MESSAGE = 'cases_rating is append-only: UPDATE is refused',
        HINT = 'Texts go when the case is anonymised.';
END
$$;
CREATE OR REPLACE TRIGGER cases_rating_redaction BEFORE UPDATE ON cases_rating
    FOR EACH ROW WHEN (NEW.text = '\x'::bytea AND to_jsonb(NEW) - 'text' = to_jsonb(OLD) - 'text')
    EXECUTE FUNCTION kini_rating_redaction();
