-- Refuse an exposure to a case of another disease, or of a person to their own case.
CREATE OR REPLACE FUNCTION epidemic_exposure_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM epidemic_contact AS contact JOIN epidemic_caserecord AS source ON source.disease = contact.disease
        WHERE contact.id = NEW.contact_id AND source.id = NEW.case_id AND source.person_id <> contact.person_id
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = 'an exposure is to a case of the same disease and of another person';
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER epidemic_contactexposure_matches BEFORE INSERT OR UPDATE OF contact_id, case_id
    ON epidemic_contactexposure FOR EACH ROW EXECUTE FUNCTION epidemic_exposure_guard();
