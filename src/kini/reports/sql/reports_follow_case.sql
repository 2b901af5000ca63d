-- The public side of a report follows its case: outcome and end, and the end of everything public when answers are removed.
CREATE OR REPLACE FUNCTION reports_follow_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE reports_publication SET
        outcome = NEW.outcome,
        closed_at = NEW.closed_at,
        state = CASE WHEN NEW.anonymised_at IS NULL THEN state ELSE 'private' END,
        current_id = CASE WHEN NEW.anonymised_at IS NULL THEN current_id END
    WHERE case_id = NEW.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER reports_follow_case AFTER UPDATE OF outcome, closed_at, anonymised_at ON cases_case
    FOR EACH ROW WHEN (
        NEW.kind = 'report'
        AND (NEW.outcome, NEW.closed_at, NEW.anonymised_at)
            IS DISTINCT FROM (OLD.outcome, OLD.closed_at, OLD.anonymised_at)
    )
    EXECUTE FUNCTION reports_follow_case();
