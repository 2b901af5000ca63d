-- Merge only into a person who was not merged away; a merge is undone once and never changed.
CREATE OR REPLACE FUNCTION kini_person_merge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.undone_at IS NOT NULL OR (NEW.survivor_id, NEW.absorbed_id) <> (OLD.survivor_id, OLD.absorbed_id) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'integrity_constraint_violation',
                MESSAGE = format('merge %s is final: only one in force can be undone', OLD.id);
        END IF;
        RETURN NEW;
    END IF;
    PERFORM FROM people_person WHERE id IN (NEW.survivor_id, NEW.absorbed_id) ORDER BY id FOR UPDATE;
    IF kini_person_root(NEW.survivor_id) <> NEW.survivor_id THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('person %s was merged into another and cannot survive a merge', NEW.survivor_id);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER people_personmerge_sound BEFORE INSERT OR UPDATE OF survivor_id, absorbed_id, undone_at
    ON people_personmerge FOR EACH ROW EXECUTE FUNCTION kini_person_merge();
