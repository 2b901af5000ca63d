-- Let a report that is said to be solved be re-opened only by the reporter's first "not solved", or by a failed audit.
CREATE OR REPLACE FUNCTION reports_reopening_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM reports_audit WHERE case_id = NEW.id AND closed_at = OLD.closed_at AND result = 'failed'
    ) OR (
        SELECT count(*) = 1 AND bool_and(closed_at = OLD.closed_at) FROM reports_closinganswer
        WHERE case_id = NEW.id AND answer = 'not-solved'
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
        MESSAGE = format('report %s: neither a first "not solved" nor a failed audit re-opens it', NEW.reference);
END
$$;
CREATE OR REPLACE TRIGGER reports_reopening_guarded BEFORE UPDATE OF closed_at ON cases_case
    FOR EACH ROW
    WHEN (OLD.kind = 'report' AND OLD.outcome = 'solved' AND OLD.closed_at IS NOT NULL AND NEW.closed_at IS NULL)
    EXECUTE FUNCTION reports_reopening_guard();
