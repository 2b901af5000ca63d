"""A person for every profile. Profiles that were joined at a counter become merges of their persons."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Func

#: The function of the column's default makes the persons; they are as old as their profiles.
SINCE = """
UPDATE people_person AS person SET created_at = profile.created_at, updated_at = profile.updated_at
FROM people_resident AS profile WHERE profile.person_id = person.id;
"""
#: Joins stood in the audit trail only. In order, since a profile that was kept could be joined into another one later.
JOINED = """
INSERT INTO people_personmerge (survivor_id, absorbed_id, at, by_id, reason, undone_because)
SELECT survivor, absorbed, at, by, %s, '' FROM (
    SELECT DISTINCT ON (gone.person_id) kept.person_id AS survivor, gone.person_id AS absorbed, entry.at, account.id AS by
    FROM core_auditentry AS entry
    JOIN people_resident AS kept ON entry.subject = 'resident:' || kept.id
    JOIN people_resident AS gone ON gone.id = (entry.detail ->> 'gone')::bigint
    LEFT JOIN people_user AS account ON account.id = entry.actor_id
    WHERE entry.action = 'people.account-joined' AND gone.id <> kept.id
    ORDER BY gone.person_id, entry.id DESC
) AS joined ORDER BY at;
"""
OF_A_PROFILE = """
-- A profile keeps its person, and a person with a profile has no details of their own: nothing stands twice.
CREATE FUNCTION kini_profile_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('profile %s keeps its person; merge the persons', OLD.id);
    END IF;
    PERFORM FROM people_person AS person WHERE person.id = NEW.person_id FOR SHARE;
    IF EXISTS (SELECT FROM people_person AS person WHERE person.id = NEW.person_id AND {details}) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('person %s has details; those of a person with a profile stand in the profile', NEW.person_id);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER people_resident_person_new AFTER INSERT ON people_resident
    FOR EACH ROW EXECUTE FUNCTION kini_profile_person();
CREATE TRIGGER people_resident_person_kept AFTER UPDATE OF person_id ON people_resident
    FOR EACH ROW WHEN (NEW.person_id <> OLD.person_id) EXECUTE FUNCTION kini_profile_person();
CREATE FUNCTION kini_person_details() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM people_resident AS profile WHERE profile.person_id = NEW.id) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'integrity_constraint_violation',
            MESSAGE = format('person %s has a profile, where the details stand', NEW.id);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER people_person_details AFTER INSERT OR UPDATE ON people_person
    FOR EACH ROW WHEN ({new}) EXECUTE FUNCTION kini_person_details();
"""
DETAILS = "({0}name <> '' OR {0}birth_date IS NOT NULL OR {0}sex <> '' OR {0}phone <> '' OR {0}area_id IS NOT NULL)"
NOT_OF_A_PROFILE = """
DROP TRIGGER people_person_details ON people_person;
DROP TRIGGER people_resident_person_kept ON people_resident;
DROP TRIGGER people_resident_person_new ON people_resident;
DROP FUNCTION kini_person_details();
DROP FUNCTION kini_profile_person();
"""

def fill(apps, schema_editor):
    from kini.core.database.encryption import EncryptedTextField

    with schema_editor.connection.cursor() as cursor:
        cursor.execute(SINCE)
        reason = EncryptedTextField(context="people.merge.reason").encrypt("Profiles joined at a counter")
        cursor.execute(JOINED, [reason])


class Migration(migrations.Migration):
    dependencies = [("people", "0020_persons"), ("core", "0002_guards")]

    operations = [
        migrations.AddField(
            "resident",
            "person",
            models.OneToOneField(
                "people.person",
                django.db.models.deletion.PROTECT,
                db_default=Func(function="kini_new_person"),
                editable=False,
                related_name="resident",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(
            OF_A_PROFILE.format(details=DETAILS.format("person."), new=DETAILS.format("NEW.")), NOT_OF_A_PROFILE
        ),
    ]
