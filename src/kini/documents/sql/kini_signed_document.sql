-- The content of a signed document is immutable, and an ended one stays ended. Content and file are removed together,
-- once the document was signed or has ended. A rotation of keys may encrypt the content again.
CREATE OR REPLACE FUNCTION kini_signed_document() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    state text[] := '{state,signed_at,sha256,size,ended_at,cause,successor_id}';
    removed text[] := '{content,sha256}';
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation', MESSAGE = 'a signed document is never deleted';
    END IF;
    IF NEW.content = ''::bytea AND NEW.sha256 = '' AND to_jsonb(NEW) - removed = to_jsonb(OLD) - removed
        AND (OLD.signed_at IS NOT NULL OR OLD.ended_at IS NOT NULL) THEN
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - state IS DISTINCT FROM to_jsonb(OLD) - state THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('document %s: its content does not change', OLD.number);
    END IF;
    IF OLD.signed_at IS NOT NULL
        AND (NEW.signed_at, NEW.sha256, NEW.size) IS DISTINCT FROM (OLD.signed_at, OLD.sha256, OLD.size) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('document %s keeps its file', OLD.number);
    END IF;
    IF OLD.state IN ('withdrawn', 'replaced') OR (OLD.state = 'valid' AND NEW.state = 'waiting') THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('document %s: no way leads from "%s" to "%s"', OLD.number, OLD.state, NEW.state);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER documents_guard BEFORE UPDATE ON documents_signeddocument FOR EACH ROW
    WHEN (current_setting('kini.rotating_keys', true) IS DISTINCT FROM 'on'
        OR to_jsonb(NEW) - 'content' IS DISTINCT FROM to_jsonb(OLD) - 'content')
    EXECUTE FUNCTION kini_signed_document();
CREATE OR REPLACE TRIGGER documents_stay BEFORE DELETE ON documents_signeddocument
    FOR EACH ROW EXECUTE FUNCTION kini_signed_document();
