-- Let the facts of a dose change only together with a revision that keeps the earlier ones; an error stays one.
-- A merge of persons changes `person_id` alone, and is remembered by people_personmerge.
CREATE OR REPLACE FUNCTION vaccination_dose_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.uuid, NEW.reference, NEW.source) IS DISTINCT FROM (OLD.uuid, OLD.reference, OLD.source) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('dose %s keeps its uuid, reference and source', OLD.reference);
    END IF;
    IF OLD.state = 'entered-in-error' AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('dose %s was entered in error: record the right one as a new dose', OLD.reference);
    END IF;
    IF NEW.version <> OLD.version + 1 OR NOT EXISTS (
        SELECT FROM vaccination_doserevision AS kept WHERE kept.dose_id = OLD.id AND kept.version = OLD.version
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('dose %s changes only with a revision of version %s', OLD.reference, OLD.version);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER vaccination_dose_guarded BEFORE UPDATE ON vaccination_dose
    FOR EACH ROW WHEN (
        (NEW.uuid, NEW.reference, NEW.source, NEW.campaign, NEW.vaccine, NEW.number, NEW.volume_ul, NEW.lot_id,
            NEW.lot_number, NEW.given_on, NEW.given_at, NEW.site_id, NEW.elsewhere, NEW.state, NEW.reason, NEW.version)
        IS DISTINCT FROM
        (OLD.uuid, OLD.reference, OLD.source, OLD.campaign, OLD.vaccine, OLD.number, OLD.volume_ul, OLD.lot_id,
            OLD.lot_number, OLD.given_on, OLD.given_at, OLD.site_id, OLD.elsewhere, OLD.state, OLD.reason, OLD.version)
    ) EXECUTE FUNCTION vaccination_dose_guard();
