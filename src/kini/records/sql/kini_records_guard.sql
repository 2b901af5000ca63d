-- Let a membership only end, and an emergency access only be judged; neither is deleted while it is in force.
CREATE OR REPLACE FUNCTION kini_records_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    running boolean := OLD.until IS NULL OR OLD.until > now();
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF running THEN
            RAISE EXCEPTION USING
                ERRCODE = 'integrity_constraint_violation',
                MESSAGE = format('%s %s is in force: DELETE is refused', TG_TABLE_NAME, OLD.id);
        END IF;
        RETURN OLD;
    END IF;
    IF to_jsonb(NEW) - TG_ARGV IS DISTINCT FROM to_jsonb(OLD) - TG_ARGV THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('of %s only %s may change', TG_TABLE_NAME, array_to_string(TG_ARGV, ', '));
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER records_membership_guard BEFORE UPDATE OR DELETE ON records_membership
    FOR EACH ROW EXECUTE FUNCTION kini_records_guard('until', 'ended_by_id');
CREATE OR REPLACE TRIGGER records_breakglass_guard BEFORE UPDATE OR DELETE ON records_breakglass
    FOR EACH ROW EXECUTE FUNCTION kini_records_guard('reviewer_id', 'verdict', 'review_note', 'reviewed_at');
