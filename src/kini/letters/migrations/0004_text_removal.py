"""Allow the removal of a letter's text once its file is gone; the rest of a letter stays immutable."""

from django.db import migrations

GUARD = """
CREATE OR REPLACE FUNCTION kini_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = 'a letter is never deleted';
    END IF;
    {allowed}
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
"""
#: The text alone is emptied, of a letter whose file was removed or that ended before it had one.
REMOVAL = """
    IF NEW.said = ''::bytea AND to_jsonb(NEW) - 'said' = to_jsonb(OLD) - 'said' AND (
        EXISTS (SELECT FROM cases_document WHERE id = OLD.document_id AND sha256 = '')
        OR (OLD.document_id IS NULL AND OLD.state IN ('withdrawn', 'replaced'))
    ) THEN
        RETURN NEW;
    END IF;
"""


def guard(allowed: str) -> str:
    """The trigger's function with one more way."""
    return GUARD.replace("{allowed}", allowed)


class Migration(migrations.Migration):
    dependencies = [("letters", "0003_encrypted_words"), ("cases", "0001_initial")]
    operations = [migrations.RunSQL(guard(REMOVAL), guard(""))]
