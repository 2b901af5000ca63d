-- A profile keeps its person, and a person with a profile has no details of their own: nothing is stored twice.
CREATE OR REPLACE FUNCTION kini_profile_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('profile %s keeps its person; merge the persons', OLD.id);
    END IF;
    PERFORM FROM people_person AS person WHERE person.id = NEW.person_id FOR SHARE;
    IF EXISTS (
        SELECT FROM people_person AS person WHERE person.id = NEW.person_id AND (
            person.name <> '' OR person.birth_date IS NOT NULL OR person.sex <> '' OR person.phone <> ''
            OR person.area_id IS NOT NULL
        )
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format(
                'person %s has details; those of a person with a profile stand in the profile', NEW.person_id);
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER people_resident_person_kept AFTER UPDATE OF person_id ON people_resident
    FOR EACH ROW WHEN ((new.person_id <> old.person_id))
    EXECUTE FUNCTION kini_profile_person();
CREATE OR REPLACE TRIGGER people_resident_person_new AFTER INSERT ON people_resident
    FOR EACH ROW
    EXECUTE FUNCTION kini_profile_person();
