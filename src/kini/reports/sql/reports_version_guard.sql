-- Keep every version of what the public saw of a report until the report is made anonymous.
CREATE OR REPLACE FUNCTION reports_version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM cases_case WHERE id = OLD.publication_id AND anonymised_at IS NOT NULL
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
        MESSAGE = format('version %s of publication %s is kept as it is', OLD.number, OLD.publication_id);
END
$$;
CREATE OR REPLACE TRIGGER reports_version_guarded BEFORE UPDATE OR DELETE ON reports_publicversion
    FOR EACH ROW EXECUTE FUNCTION reports_version_guard();
