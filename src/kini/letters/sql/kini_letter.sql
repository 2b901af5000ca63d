-- A letter keeps its case and its step, and its attachment once it has one.
CREATE OR REPLACE FUNCTION kini_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = 'a letter is never deleted';
    END IF;
    IF (NEW.id, NEW.case_id, NEW.entry) IS DISTINCT FROM (OLD.id, OLD.case_id, OLD.entry)
        OR (OLD.attachment_id IS NOT NULL AND NEW.attachment_id IS DISTINCT FROM OLD.attachment_id) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation', MESSAGE = format('letter %s does not change', OLD.id);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER letters_letter_guard BEFORE UPDATE OR DELETE ON letters_letter
    FOR EACH ROW EXECUTE FUNCTION kini_letter();
