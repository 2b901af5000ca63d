-- At commit: an identity number moves only to a profile of a higher level, or by a dispute.
CREATE OR REPLACE FUNCTION kini_number_moves_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reached smallint;
BEGIN
    SELECT assurance INTO reached FROM people_resident WHERE id = NEW.successor_id;
    IF reached IS NULL OR reached <= NEW.previous AND NEW.dispute = '' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format(
                'a number proved at level %s does not move to a profile of level %s', NEW.previous, reached);
    END IF;
    RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS people_assurancechange_surer ON people_assurancechange;
CREATE CONSTRAINT TRIGGER people_assurancechange_surer AFTER INSERT ON people_assurancechange
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.cause = 'displaced') EXECUTE FUNCTION kini_number_moves_up();
