"""What no code can break: timelines only grow, states follow the flow of the version, a case stays the same case."""

from django.db import migrations

from kini.core.database.append_only_triggers import append_only, not_append_only

STEP = """
CREATE FUNCTION kini_case_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := '';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.reference, NEW.service_id, NEW.version_id, NEW.kind, NEW.opened_at)
            IS DISTINCT FROM (OLD.reference, OLD.service_id, OLD.version_id, OLD.kind, OLD.opened_at) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'integrity_constraint_violation',
                MESSAGE = format('case %s keeps its reference, service, version, kind and beginning', OLD.reference);
        END IF;
        IF NEW.state = OLD.state THEN
            RETURN NEW;
        END IF;
        before := OLD.state;
    END IF;
    IF NOT EXISTS (
        SELECT FROM services_flowedge AS edge
        WHERE edge.version_id = NEW.version_id AND edge.state = before AND edge.next_state = NEW.state
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('case %s: no edge of its flow leads from "%s" to "%s"', NEW.reference, before, NEW.state);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER cases_case_step BEFORE INSERT OR UPDATE ON cases_case FOR EACH ROW EXECUTE FUNCTION kini_case_step();
"""
NO_STEP = "DROP TRIGGER cases_case_step ON cases_case; DROP FUNCTION kini_case_step();"

TIMELINE = "cases_timelineentry"


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("core", "0002_guards"), ("services", "0001_initial")]
    operations = [
        migrations.RunSQL(append_only(TIMELINE), not_append_only(TIMELINE)),
        migrations.RunSQL(STEP, NO_STEP),
    ]
