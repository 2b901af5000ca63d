-- Refuse changes of a table that only the triggers of other tables maintain.
CREATE OR REPLACE FUNCTION kini_maintained() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('%s is maintained by the database: %s is refused', TG_TABLE_NAME, TG_OP);
    END IF;
    RETURN NULL;
END
$$;
