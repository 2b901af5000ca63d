-- Keep the end of a membership, and the judgement of an emergency access.
CREATE OR REPLACE FUNCTION kini_records_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'integrity_constraint_violation',
        MESSAGE = format('%s %s: %s', TG_TABLE_NAME, OLD.id, TG_ARGV[0]);
END
$$;
CREATE OR REPLACE TRIGGER records_membership_ends BEFORE UPDATE ON records_membership FOR EACH ROW
    WHEN (NEW.until IS NULL OR NEW.until > OLD.until)
    EXECUTE FUNCTION kini_records_once('an end is not taken back or moved later');
CREATE OR REPLACE TRIGGER records_breakglass_judged BEFORE UPDATE ON records_breakglass FOR EACH ROW
    WHEN (OLD.reviewed_at IS NOT NULL)
    EXECUTE FUNCTION kini_records_once('it was judged already');
