"""Triggers: the text of a letter is immutable, an ended letter stays ended, its history is append-only."""

from django.db import migrations

from kini.core.database.append_only_triggers import append_only, not_append_only

HISTORY = "letters_letterentry"
GUARD = """
CREATE FUNCTION kini_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = 'a letter is never deleted';
    END IF;
    IF (NEW.id, NEW.case_id, NEW.entry, NEW.ordinal, NEW.code, NEW.template, NEW.source, NEW.language, NEW.said,
        NEW.agency_id, NEW.issued_at)
        IS DISTINCT FROM (OLD.id, OLD.case_id, OLD.entry, OLD.ordinal, OLD.code, OLD.template, OLD.source,
        OLD.language, OLD.said, OLD.agency_id, OLD.issued_at) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('letter %s: what it says does not change', OLD.code);
    END IF;
    IF OLD.document_id IS NOT NULL AND NEW.document_id IS DISTINCT FROM OLD.document_id THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('letter %s keeps its file', OLD.code);
    END IF;
    IF OLD.state IN ('withdrawn', 'replaced') OR (OLD.state = 'valid' AND NEW.state = 'waiting') THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('letter %s: no way leads from "%s" to "%s"', OLD.code, OLD.state, NEW.state);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER letters_letter_guard BEFORE UPDATE OR DELETE ON letters_letter
    FOR EACH ROW EXECUTE FUNCTION kini_letter();
"""
NO_GUARD = "DROP TRIGGER letters_letter_guard ON letters_letter; DROP FUNCTION kini_letter();"


class Migration(migrations.Migration):
    dependencies = [("letters", "0001_initial"), ("core", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only(HISTORY), not_append_only(HISTORY)),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
