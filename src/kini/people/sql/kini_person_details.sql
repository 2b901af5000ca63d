-- Refuse details of a person who has a profile.
CREATE OR REPLACE FUNCTION kini_person_details() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM people_resident AS profile WHERE profile.person_id = NEW.id) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('person %s has a profile, where the details stand', NEW.id);
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER people_person_details AFTER INSERT OR UPDATE ON people_person
    FOR EACH ROW WHEN (
        NEW.name <> '' OR NEW.birth_date IS NOT NULL OR NEW.sex <> '' OR NEW.phone <> '' OR NEW.area_id IS NOT NULL
    )
    EXECUTE FUNCTION kini_person_details();
