-- Point a reference to an absorbed person at the root; a row remembers for whom it was recorded. The lock waits for a
-- merge under way, and the statement after it sees the merge. Triggers: people.persons.reference_triggers.
CREATE OR REPLACE FUNCTION kini_person_reference() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    root bigint;
BEGIN
    PERFORM FROM people_person WHERE id = wanted FOR KEY SHARE;
    root := kini_person_root(wanted);
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM people_movedreference AS moved
        WHERE moved."table" = TG_TABLE_NAME AND moved."column" = TG_ARGV[0] AND moved."row" = NEW.id
            AND kini_person_root(moved.person_id) <> root;
    END IF;
    IF root <> wanted THEN
        INSERT INTO people_movedreference ("table", "column", "row", person_id)
        VALUES (TG_TABLE_NAME, TG_ARGV[0], NEW.id, wanted)
        ON CONFLICT ("table", "column", "row") DO UPDATE SET person_id = wanted;
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], root));
    END IF;
    RETURN NEW;
END
$$;
