-- Four eyes: refuse a step of an officer who took one of the moves that it must be independent of.
CREATE OR REPLACE FUNCTION kini_independent_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM cases_case AS request
        JOIN services_flowedge AS edge ON edge.version_id = request.version_id
            AND edge.state = NEW.from_state AND edge.next_state = NEW.to_state
        JOIN cases_timelineentry AS earlier ON earlier.case_id = request.id
            AND earlier.move = ANY (edge.independent_of)
        WHERE request.id = NEW.case_id AND earlier.actor_kind = NEW.actor_kind AND earlier.actor_id = NEW.actor_id
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('the step from "%s" to "%s" needs somebody else than before', NEW.from_state, NEW.to_state);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER cases_timelineentry_independent BEFORE INSERT ON cases_timelineentry
    FOR EACH ROW
    WHEN (NEW.from_state <> '' AND NEW.actor_kind = 'officer')
    EXECUTE FUNCTION kini_independent_step();
