"""Allow the removal of what people wrote in ratings of ended cases; the marks stay, everything else is append-only."""

from django.db import migrations

#: An update that does nothing but empty the text.
EMPTIES = "NEW.text = ''::bytea AND to_jsonb(NEW) - 'text' = to_jsonb(OLD) - 'text'"
FORWARD = f"""
CREATE FUNCTION kini_rating_redaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM cases_case WHERE id = OLD.case_id AND closed_at IS NOT NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'integrity_constraint_violation',
        MESSAGE = 'cases_rating is append-only: UPDATE is refused',
        HINT = 'Texts go when the case is anonymised.';
END
$$;
DROP TRIGGER cases_rating_append_only ON cases_rating;
CREATE TRIGGER cases_rating_append_only BEFORE DELETE ON cases_rating
    FOR EACH ROW EXECUTE FUNCTION kini_append_only();
CREATE TRIGGER cases_rating_update BEFORE UPDATE ON cases_rating
    FOR EACH ROW WHEN (NOT ({EMPTIES})) EXECUTE FUNCTION kini_append_only('text');
CREATE TRIGGER cases_rating_redaction BEFORE UPDATE ON cases_rating
    FOR EACH ROW WHEN ({EMPTIES}) EXECUTE FUNCTION kini_rating_redaction();
CREATE FUNCTION kini_ratings_redact(redacted bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE cases_rating SET text = ''::bytea WHERE case_id = redacted AND text <> ''::bytea;
$$;
SELECT kini_ratings_redact(id) FROM cases_case WHERE anonymised_at IS NOT NULL;
"""
BACKWARD = """
DROP FUNCTION kini_ratings_redact(bigint);
DROP TRIGGER cases_rating_redaction ON cases_rating;
DROP FUNCTION kini_rating_redaction();
DROP TRIGGER cases_rating_update ON cases_rating;
DROP TRIGGER cases_rating_append_only ON cases_rating;
CREATE TRIGGER cases_rating_append_only BEFORE UPDATE OR DELETE ON cases_rating
    FOR EACH ROW EXECUTE FUNCTION kini_append_only('text');
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_encrypted_words")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
