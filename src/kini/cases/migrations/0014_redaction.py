"""Allow the removal of free text from timelines of ended cases; everything else stays append-only."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION kini_timeline_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.data = OLD.data - 'given' - 'text' AND to_jsonb(NEW) - 'data' = to_jsonb(OLD) - 'data'
        AND EXISTS (SELECT FROM cases_case WHERE id = OLD.case_id AND closed_at IS NOT NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'integrity_constraint_violation',
        MESSAGE = 'cases_timelineentry is append-only: UPDATE is refused',
        HINT = 'Add a new row that says what changed.';
END
$$;
DROP TRIGGER cases_timelineentry_append_only ON cases_timelineentry;
CREATE TRIGGER cases_timelineentry_append_only BEFORE DELETE ON cases_timelineentry
    FOR EACH ROW EXECUTE FUNCTION kini_append_only();
CREATE TRIGGER cases_timelineentry_update BEFORE UPDATE ON cases_timelineentry
    FOR EACH ROW EXECUTE FUNCTION kini_timeline_update();
CREATE FUNCTION kini_timeline_redact(redacted bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE cases_timelineentry SET data = data - 'given' - 'text'
    WHERE case_id = redacted AND (data ? 'given' OR data ? 'text');
$$;
"""
BACKWARD = """
DROP FUNCTION kini_timeline_redact(bigint);
DROP TRIGGER cases_timelineentry_update ON cases_timelineentry;
DROP FUNCTION kini_timeline_update();
DROP TRIGGER cases_timelineentry_append_only ON cases_timelineentry;
CREATE TRIGGER cases_timelineentry_append_only BEFORE UPDATE OR DELETE ON cases_timelineentry
    FOR EACH ROW EXECUTE FUNCTION kini_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_retention")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
