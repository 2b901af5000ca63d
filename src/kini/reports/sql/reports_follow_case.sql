-- The public side of a report follows its case: the outcome, and the end of everything public when answers are removed.
CREATE OR REPLACE FUNCTION reports_follow_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE reports_publication SET
        outcome = NEW.outcome,
        state = CASE WHEN NEW.anonymised_at IS NULL THEN state ELSE 'private' END,
        current_id = CASE WHEN NEW.anonymised_at IS NULL THEN current_id END
    WHERE case_id = NEW.id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER reports_follow_case AFTER UPDATE OF outcome, anonymised_at ON cases_case
    FOR EACH ROW WHEN (
        NEW.kind = 'report'
        AND (NEW.outcome IS DISTINCT FROM OLD.outcome OR NEW.anonymised_at IS DISTINCT FROM OLD.anonymised_at)
    )
    EXECUTE FUNCTION reports_follow_case();
