-- At commit: a profile's level of assurance is the last one of its history.
CREATE OR REPLACE FUNCTION kini_assurance_level() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    person bigint := coalesce((to_jsonb(NEW) ->> 'resident_id')::bigint, NEW.id);
    held smallint;
    told smallint;
BEGIN
    SELECT assurance INTO held FROM people_resident WHERE id = person;
    SELECT level INTO told FROM people_assurancechange WHERE resident_id = person ORDER BY id DESC LIMIT 1;
    IF held IS NOT NULL AND held <> coalesce(told, 0) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('resident %s has level %s, and its history says %s', person, held, coalesce(told, 0));
    END IF;
    RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS people_assurancechange_level ON people_assurancechange;
CREATE CONSTRAINT TRIGGER people_assurancechange_level AFTER INSERT ON people_assurancechange
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kini_assurance_level();
DROP TRIGGER IF EXISTS people_resident_assurance_changed ON people_resident;
CREATE CONSTRAINT TRIGGER people_resident_assurance_changed AFTER UPDATE ON people_resident
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.assurance <> NEW.assurance)
    EXECUTE FUNCTION kini_assurance_level();
DROP TRIGGER IF EXISTS people_resident_assurance_new ON people_resident;
CREATE CONSTRAINT TRIGGER people_resident_assurance_new AFTER INSERT ON people_resident
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.assurance > 0) EXECUTE FUNCTION kini_assurance_level();
