-- Let a case move only along the edges of its flow, or back to where a merge took it from, and keep what identifies it.
-- A step that needs somebody else than before is stored after its entry in the timeline, which names who took it
-- (kini_independent_step). Its queries differ only by keys: planning them anew takes longer than running them.
CREATE OR REPLACE FUNCTION kini_case_step() RETURNS trigger LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    before text := '';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.reference, NEW.service_id, NEW.version_id, NEW.kind, NEW.opened_at)
            IS DISTINCT FROM (OLD.reference, OLD.service_id, OLD.version_id, OLD.kind, OLD.opened_at) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'integrity_constraint_violation',
                MESSAGE = format('case %s keeps its reference, service, version, kind and beginning', OLD.reference);
        END IF;
        IF NEW.state = OLD.state THEN
            RETURN NEW;
        END IF;
        before := OLD.state;
    END IF;
    IF NOT EXISTS (
        SELECT FROM services_flowedge AS edge
        WHERE edge.version_id = NEW.version_id AND edge.state = before AND edge.next_state = NEW.state
    ) AND (before <> 'joined' OR NEW.state IS DISTINCT FROM (
        SELECT from_state FROM cases_timelineentry
        WHERE case_id = NEW.id AND move = 'join' ORDER BY number DESC LIMIT 1
    )) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('case %s: no edge of its flow leads from "%s" to "%s"', NEW.reference, before, NEW.state);
    END IF;
    IF before <> '' AND EXISTS (
        SELECT FROM services_flowedge AS edge
        WHERE edge.version_id = NEW.version_id AND edge.state = before AND edge.next_state = NEW.state
            AND edge.independent_of <> '{}'
    ) AND NOT EXISTS (
        SELECT FROM cases_timelineentry AS entry
        WHERE entry.case_id = NEW.id AND entry.number = NEW.entries
            AND entry.from_state = before AND entry.to_state = NEW.state
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('case %s: no entry says who took the step to "%s"', NEW.reference, NEW.state);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER cases_case_step BEFORE INSERT OR UPDATE ON cases_case
    FOR EACH ROW
    EXECUTE FUNCTION kini_case_step();
