-- Allow the removal of free text from timelines of ended cases, and its encryption under another key.
CREATE OR REPLACE FUNCTION kini_timeline_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('kini.rotating_keys', true) = 'on' AND to_jsonb(NEW) - 'data' = to_jsonb(OLD) - 'data'
        AND NEW.data - 'given' - 'text' = OLD.data - 'given' - 'text' THEN
        RETURN NEW;
    END IF;
    IF NEW.data = OLD.data - 'given' - 'text' AND to_jsonb(NEW) - 'data' = to_jsonb(OLD) - 'data'
        AND EXISTS (SELECT FROM cases_case WHERE id = OLD.case_id AND closed_at IS NOT NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'integrity_constraint_violation',
        MESSAGE = 'cases_timelineentry is append-only: UPDATE is refused',
        HINT = 'Add a new row that says what changed.';
END
$$;
CREATE OR REPLACE TRIGGER cases_timelineentry_update BEFORE UPDATE ON cases_timelineentry
    FOR EACH ROW
    EXECUTE FUNCTION kini_timeline_update();
