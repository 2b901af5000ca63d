-- Let a volunteer sign up only for a released shift that has not begun, in a role of it, and for work with children only
-- with a screening in force on its day. Nobody says of themselves that they did not come. The shift is locked first.
CREATE OR REPLACE FUNCTION together_sign_up_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    shift together_shift;
    activity together_activity;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.key, NEW.volunteer_id, NEW.shift_id, NEW.role_id)
                IS DISTINCT FROM (OLD.key, OLD.volunteer_id, OLD.shift_id, OLD.role_id)
            OR NEW.state <> OLD.state AND NOT (CASE OLD.state
                WHEN 'booked' THEN NEW.state IN ('cancelled', 'attended', 'absent')
                WHEN 'absent' THEN NEW.state = 'attended'
                ELSE false
            END) THEN
            RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_sign_up_edge',
                MESSAGE = format('sign-up %s cannot go from %s to %s', OLD.id, OLD.state, NEW.state);
        END IF;
        IF NEW.state = 'absent' AND OLD.state <> 'absent' AND EXISTS (
            SELECT FROM together_volunteer v JOIN people_resident r ON r.id = v.resident_id
            WHERE v.id = NEW.volunteer_id AND r.user_id = NEW.witness_by_id
        ) THEN
            RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_absent_by_others',
                MESSAGE = format('sign-up %s: nobody is a witness of their own absence', OLD.id);
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO shift FROM together_shift WHERE id = NEW.shift_id FOR SHARE;
    SELECT * INTO activity FROM together_activity WHERE id = shift.activity_id;
    IF NEW.state <> 'booked' OR shift.cancelled_at IS NOT NULL OR shift.starts_at <= NEW.created_at
        OR activity.released_at IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_shift_is_open',
            MESSAGE = format('shift %s takes no sign-ups', NEW.shift_id);
    END IF;
    IF NOT EXISTS (SELECT FROM together_shiftrole WHERE id = NEW.role_id AND shift_id = NEW.shift_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_role_of_shift',
            MESSAGE = format('role %s is not of shift %s', NEW.role_id, NEW.shift_id);
    END IF;
    IF activity.with_children AND NOT EXISTS (
        SELECT FROM together_childrenscreening s
        WHERE s.volunteer_id = NEW.volunteer_id AND shift.day BETWEEN s.valid_from AND s.valid_until
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'together_screened',
            MESSAGE = format('volunteer %s is not screened on %s', NEW.volunteer_id, shift.day);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER together_sign_up_guard BEFORE INSERT OR UPDATE
    ON together_signup FOR EACH ROW EXECUTE FUNCTION together_sign_up_guard();
