"""Persons apart from profiles: details, identifiers, merges, and the triggers that keep references in step."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Now

from kini.core.database.encryption import EncryptedDateField, EncryptedLookupField, EncryptedTextField
from kini.people.persons.reference_triggers import follow_merges, not_follow_merges

NEW_PERSON = """
CREATE FUNCTION kini_new_person() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    INSERT INTO people_person (source, name, birth_precision, sex, phone, search_keys)
    VALUES ('profile', '', '', '', '', '{}') RETURNING id
$$;
"""
ROOT = """
-- The person who stands for this one: the top of the merges in force.
CREATE FUNCTION kini_person_root(person bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE up (id, step) AS (
        SELECT person, 0
        UNION ALL SELECT merge.survivor_id, up.step + 1
        FROM up JOIN people_personmerge AS merge ON merge.absorbed_id = up.id AND merge.undone_at IS NULL
    ) SELECT id FROM up ORDER BY step DESC LIMIT 1
$$;
"""
MERGE = """
CREATE FUNCTION kini_person_merge() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER people_personmerge_sound BEFORE INSERT OR UPDATE OF survivor_id, absorbed_id, undone_at
    ON people_personmerge FOR EACH ROW EXECUTE FUNCTION kini_person_merge();
"""
NOT_MERGE = """
DROP TRIGGER people_personmerge_sound ON people_personmerge;
DROP FUNCTION kini_person_merge();
"""
REFERENCE = """
-- A reference to an absorbed person becomes one to the root; the row remembers for whom it was recorded. The lock waits
-- for a merge under way, and the statement after it sees the merge.
CREATE FUNCTION kini_person_reference() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    root bigint;
BEGIN
    PERFORM FROM people_person WHERE id = wanted FOR KEY SHARE;
    root := kini_person_root(wanted);
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM people_movedreference AS moved
        WHERE moved."table" = TG_TABLE_NAME AND moved."column" = TG_ARGV[0] AND moved."row" = NEW.id
            AND kini_person_root(moved.person_id) <> root;
    END IF;
    IF root <> wanted THEN
        INSERT INTO people_movedreference ("table", "column", "row", person_id)
        VALUES (TG_TABLE_NAME, TG_ARGV[0], NEW.id, wanted)
        ON CONFLICT ("table", "column", "row") DO UPDATE SET person_id = wanted;
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], root));
    END IF;
    RETURN NEW;
END
$$;
CREATE FUNCTION kini_person_reference_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM people_movedreference AS moved
    WHERE moved."table" = TG_TABLE_NAME AND moved."column" = TG_ARGV[0] AND moved."row" = OLD.id;
    RETURN NULL;
END
$$;
"""
NOT_REFERENCE = "DROP FUNCTION kini_person_reference(); DROP FUNCTION kini_person_reference_gone();"


class Migration(migrations.Migration):
    dependencies = [("people", "0019_checks_in_the_outbox"), ("city", "0001_initial")]

    operations = [
        migrations.CreateModel(
            "Person",
            [
                ("id", models.BigAutoField(primary_key=True, serialize=False, auto_created=True, verbose_name="ID")),
                ("created_at", models.DateTimeField(db_default=Now(), editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True, db_default=Now())),
                ("source", models.CharField(max_length=60, help_text='Room and type of record: "profile", "epidemic.case" ...')),
                ("name", EncryptedTextField(blank=True, context="people.person.name")),
                ("birth_date", EncryptedDateField(context="people.person.birth-date", null=True)),
                ("birth_precision", models.CharField(max_length=5, blank=True, choices=[("day", "day"), ("month", "month"), ("year", "year")], help_text="Of the birth date.")),
                ("sex", models.CharField(max_length=6, blank=True, choices=[("female", "female"), ("male", "male")])),
                ("phone", EncryptedLookupField(blank=True, context="people.phone")),
                ("search_keys", django.contrib.postgres.fields.ArrayField(models.BinaryField(max_length=16), default=list, help_text="Keyed hashes of name and birth (search_keys.py).")),
                ("area", models.ForeignKey("city.area", django.db.models.deletion.PROTECT, null=True, related_name="+")),
                ("created_by", models.ForeignKey(settings.AUTH_USER_MODEL, django.db.models.deletion.SET_NULL, null=True, related_name="+")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["phone"], name="people_person_phone", condition=~Q(phone="")),
                    django.contrib.postgres.indexes.GinIndex(fields=["search_keys"], name="people_person_keys"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=~Q(source=""), name="people_person_source"),
                    models.CheckConstraint(
                        condition=Q(birth_date__isnull=True, birth_precision="") | (Q(birth_date__isnull=False) & ~Q(birth_precision="")),
                        name="people_person_birth_precision",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            "PersonIdentifier",
            [
                ("id", models.BigAutoField(primary_key=True, serialize=False, auto_created=True, verbose_name="ID")),
                ("type", models.CharField(max_length=40, help_text="Of people/persons/identifier_types.py.")),
                ("value", EncryptedLookupField(context="people.identifier")),
                ("valid_from", models.DateField(null=True)),
                ("valid_until", models.DateField(null=True, help_text="As printed on the document.")),
                ("assurance", models.PositiveSmallIntegerField(default=0, help_text="Level of `Assurance` at which it was recorded.")),
                ("created_at", models.DateTimeField(db_default=Now(), editable=False)),
                ("source", models.CharField(max_length=60)),
                ("ended_at", models.DateTimeField(null=True, help_text="Since when it is not this person's.")),
                ("ended_because", models.CharField(max_length=240, blank=True)),
                ("created_by", models.ForeignKey(settings.AUTH_USER_MODEL, django.db.models.deletion.SET_NULL, null=True, related_name="+")),
                ("person", models.ForeignKey("people.person", django.db.models.deletion.CASCADE, related_name="identifiers")),
            ],
            options={
                "indexes": [models.Index(fields=["type", "value"], name="people_identifier_value_any")],
                "constraints": [
                    models.UniqueConstraint(fields=["type", "value"], condition=Q(ended_at=None), name="people_identifier_of_one_person"),
                    models.UniqueConstraint(fields=["person"], condition=Q(type="national-id", ended_at=None), name="people_identifier_one_national_number"),
                    models.CheckConstraint(condition=~Q(value=""), name="people_identifier_value"),
                    models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="people_identifier_valid_in_order"),
                    models.CheckConstraint(
                        condition=Q(ended_at__isnull=True, ended_because="") | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                        name="people_identifier_ended_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            "PersonMerge",
            [
                ("id", models.BigAutoField(primary_key=True, serialize=False, auto_created=True, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=Now(), editable=False)),
                ("reason", EncryptedTextField(context="people.merge.reason")),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_because", EncryptedTextField(blank=True, context="people.merge.undone-because")),
                ("absorbed", models.ForeignKey("people.person", django.db.models.deletion.PROTECT, related_name="merges")),
                ("by", models.ForeignKey(settings.AUTH_USER_MODEL, django.db.models.deletion.SET_NULL, null=True, related_name="+")),
                ("survivor", models.ForeignKey("people.person", django.db.models.deletion.PROTECT, related_name="absorptions")),
                ("undone_by", models.ForeignKey(settings.AUTH_USER_MODEL, django.db.models.deletion.SET_NULL, null=True, related_name="+")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["absorbed"], condition=Q(undone_at=None), name="people_merge_once"),
                    models.CheckConstraint(condition=~Q(survivor=F("absorbed")), name="people_merge_not_oneself"),
                    models.CheckConstraint(condition=~Q(reason=""), name="people_merge_reason"),
                    models.CheckConstraint(
                        condition=Q(undone_at__isnull=True, undone_because="") | (Q(undone_at__isnull=False) & ~Q(undone_because="")),
                        name="people_merge_undone_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            "MovedReference",
            [
                ("id", models.BigAutoField(primary_key=True, serialize=False, auto_created=True, verbose_name="ID")),
                ("table", models.CharField(max_length=63)),
                ("column", models.CharField(max_length=63)),
                ("row", models.BigIntegerField(help_text="Primary key.")),
                ("person", models.ForeignKey("people.person", django.db.models.deletion.CASCADE, related_name="moved_references")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["table", "column", "row"], name="people_moved_once")],
            },
        ),
        migrations.RunSQL(NEW_PERSON, "DROP FUNCTION kini_new_person();"),
        migrations.RunSQL(ROOT, "DROP FUNCTION kini_person_root(bigint);"),
        migrations.RunSQL(MERGE, NOT_MERGE),
        migrations.RunSQL(REFERENCE, NOT_REFERENCE),
        migrations.RunSQL(follow_merges("people_personidentifier"), not_follow_merges("people_personidentifier")),
    ]
