"""Triggers: a level of assurance equals its history; a number moves only to a surer profile, or by a dispute."""

from django.db import migrations

from kini.core.database.append_only_triggers import append_only, not_append_only

TABLE = "people_assurancechange"
LEVEL = """
CREATE FUNCTION kini_assurance_level() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    person bigint := coalesce((to_jsonb(NEW) ->> 'resident_id')::bigint, NEW.id);
    held smallint;
    told smallint;
BEGIN
    SELECT assurance INTO held FROM people_resident WHERE id = person;
    SELECT level INTO told FROM people_assurancechange WHERE resident_id = person ORDER BY id DESC LIMIT 1;
    IF held IS NOT NULL AND held <> coalesce(told, 0) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('resident %s has level %s, and its history says %s', person, held, coalesce(told, 0));
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER people_resident_assurance_new AFTER INSERT ON people_resident
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.assurance > 0) EXECUTE FUNCTION kini_assurance_level();
CREATE CONSTRAINT TRIGGER people_resident_assurance_changed AFTER UPDATE ON people_resident
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.assurance <> NEW.assurance)
    EXECUTE FUNCTION kini_assurance_level();
CREATE CONSTRAINT TRIGGER people_assurancechange_level AFTER INSERT ON people_assurancechange
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kini_assurance_level();
"""
NO_LEVEL = """
DROP TRIGGER people_assurancechange_level ON people_assurancechange;
DROP TRIGGER people_resident_assurance_changed ON people_resident;
DROP TRIGGER people_resident_assurance_new ON people_resident;
DROP FUNCTION kini_assurance_level();
"""
SURER = """
CREATE FUNCTION kini_number_moves_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reached smallint;
BEGIN
    SELECT assurance INTO reached FROM people_resident WHERE id = NEW.successor_id;
    IF reached IS NULL OR reached <= NEW.previous AND NEW.dispute = '' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('a number proved at level %s does not move to a profile of level %s', NEW.previous, reached);
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER people_assurancechange_surer AFTER INSERT ON people_assurancechange
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.cause = 'displaced') EXECUTE FUNCTION kini_number_moves_up();
"""
NOT_SURER = """
DROP TRIGGER people_assurancechange_surer ON people_assurancechange;
DROP FUNCTION kini_number_moves_up();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0011_assurance"), ("core", "0002_guards")]
    operations = [
        migrations.RunSQL(append_only(TABLE), not_append_only(TABLE)),
        migrations.RunSQL(LEVEL, NO_LEVEL),
        migrations.RunSQL(SURER, NOT_SURER),
    ]
