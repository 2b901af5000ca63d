-- Let a publication show a version of its own only, and keep its case, service, place and time for good.
CREATE OR REPLACE FUNCTION reports_publication_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.current_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM reports_publicversion WHERE id = NEW.current_id AND publication_id = NEW.case_id
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('publication %s: version %s belongs to another report', NEW.case_id, NEW.current_id);
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.case_id, NEW.service_id, NEW.latitude, NEW.longitude, NEW.opened_at)
        IS DISTINCT FROM (OLD.case_id, OLD.service_id, OLD.latitude, OLD.longitude, OLD.opened_at)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('publication %s keeps its service, place and time', OLD.case_id);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER reports_publication_guarded BEFORE INSERT OR UPDATE ON reports_publication
    FOR EACH ROW EXECUTE FUNCTION reports_publication_guard();
