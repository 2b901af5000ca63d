-- Refuse changes of append-only tables (core.database.append_only_triggers).
CREATE OR REPLACE FUNCTION kini_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A function of the table's owner (SECURITY DEFINER) may remove rows of the one table that it names.
    IF TG_OP = 'DELETE' AND current_setting('kini.removal', true) = TG_TABLE_NAME
        AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        RETURN OLD;
    END IF;
    -- Keys are rotated: only columns that the trigger names may differ. What they say is authenticated and chained.
    IF TG_OP = 'UPDATE' AND TG_NARGS > 0 AND current_setting('kini.rotating_keys', true) = 'on'
        AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'integrity_constraint_violation',
        MESSAGE = format('%s is append-only: %s is refused', TG_TABLE_NAME, TG_OP),
        HINT = 'Add a new row that says what changed.';
END
$$;
