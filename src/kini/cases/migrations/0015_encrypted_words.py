"""Encrypt free text of people and officers about cases, and guests' keys."""

from django.db import migrations, models

from kini.core.database.encrypt_column import EncryptColumn
from kini.core.database.append_only_triggers import append_only, not_append_only
from kini.core.database.encryption import (
    EncryptedJSONField,
    EncryptedKeysJSONField,
    EncryptedLookupField,
    EncryptedTextField,
)


#: Append-only tables whose encrypted column may get another key.
ROTATED = {"cases_rating": ("text",)}
#: Free text on a timeline may be encrypted with another key, or removed (0014).
UPDATE = """
CREATE OR REPLACE FUNCTION kini_timeline_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {allowed}
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
"""
ROTATION = """
    IF current_setting('kini.rotating_keys', true) = 'on' AND to_jsonb(NEW) - 'data' = to_jsonb(OLD) - 'data'
        AND NEW.data - 'given' - 'text' = OLD.data - 'given' - 'text' THEN
        RETURN NEW;
    END IF;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0014_redaction'),
        ('core', '0011_rotation'),
    ]

    operations = [
        *(migrations.RunSQL(not_append_only(table), append_only(table)) for table in ROTATED),
        migrations.RemoveConstraint('draft', 'cases_draft_belongs_to_somebody'),
        migrations.RemoveConstraint('case', 'cases_can_be_followed'),
        migrations.RemoveConstraint('savedfilter', 'cases_filter_says_something'),
        EncryptColumn('bulk', 'given', EncryptedJSONField(context='cases.bulk.given', default=dict, help_text='Inputs, by name; each case takes those that its step needs.')),
        EncryptColumn('bulk', 'query', EncryptedTextField(context='cases.bulk.query', help_text='Of the queue in which the cases were ticked.')),
        EncryptColumn('case', 'guest_key', EncryptedLookupField(blank=True, context='cases.case.guest-key', help_text="Secret part of a guest's link.")),
        EncryptColumn('document', 'name', EncryptedTextField(context='cases.document.name')),
        EncryptColumn('draft', 'session', EncryptedLookupField(blank=True, context='cases.draft.session')),
        EncryptColumn('rating', 'text', EncryptedTextField(blank=True, context='cases.rating.text')),
        EncryptColumn('savedfilter', 'query', EncryptedTextField(context='cases.filter.query')),
        EncryptColumn('timelineentry', 'data', EncryptedKeysJSONField(context='cases.timeline.data', default=dict, keys=('given', 'text'))),
        migrations.AddConstraint('draft', models.CheckConstraint(condition=models.Q(('owner__isnull', False), models.Q(('session', ''), _negated=True), _connector='OR'), name='cases_draft_belongs_to_somebody')),
        migrations.AddConstraint('case', models.CheckConstraint(condition=models.Q(('resident__isnull', False), models.Q(('guest_key', ''), _negated=True), _connector='OR'), name='cases_can_be_followed')),
        migrations.AddConstraint('savedfilter', models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('query', ''), _negated=True)), name='cases_filter_says_something')),
        *(
            migrations.RunSQL(append_only(table, rotated=columns), not_append_only(table))
            for table, columns in ROTATED.items()
        ),
        migrations.RunSQL(UPDATE.format(allowed=ROTATION), UPDATE.format(allowed='')),
    ]
