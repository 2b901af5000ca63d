"""Extensions that searching stands on, and the trigger function of append-only tables.

Other rooms guard a table of theirs with what `append_only` and its reverse say:

    migrations.RunSQL(append_only("cases_timelineentry"), not_append_only("cases_timelineentry"))
"""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

from kini.core.database.append_only_triggers import append_only, not_append_only

FUNCTION = """
CREATE FUNCTION kini_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'integrity_constraint_violation',
        MESSAGE = format('%s is append-only: %s is refused', TG_TABLE_NAME, TG_OP),
        HINT = 'Add a new row that says what changed.';
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION kini_append_only()"),
        migrations.RunSQL(append_only("core_auditentry"), not_append_only("core_auditentry")),
    ]
