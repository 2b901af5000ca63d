-- Accept a rating only about the end that the case has now.
CREATE OR REPLACE FUNCTION kini_rating_of_an_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM cases_case WHERE id = NEW.case_id AND closed_at = NEW.closed_at) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('case %s has not ended at %s, so that end cannot be rated', NEW.case_id, NEW.closed_at);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER cases_rating_of_an_end BEFORE INSERT ON cases_rating
    FOR EACH ROW
    EXECUTE FUNCTION kini_rating_of_an_end();
