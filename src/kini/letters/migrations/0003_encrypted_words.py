"""Encrypt the text of letters and officers' notes."""

from django.db import migrations

from kini.core.database.encrypt_column import EncryptColumn
from kini.core.database.append_only_triggers import append_only, not_append_only
from kini.core.database.encryption import EncryptedJSONField, EncryptedTextField


HISTORY = "letters_letterentry"


#: The guard is skipped when only the encrypted text changes, as in a rotation of keys.
GUARD = """
DROP TRIGGER letters_letter_guard ON letters_letter;
CREATE TRIGGER letters_letter_guard BEFORE UPDATE ON letters_letter FOR EACH ROW
    WHEN (current_setting('kini.rotating_keys', true) IS DISTINCT FROM 'on'
        OR to_jsonb(NEW) - 'said' IS DISTINCT FROM to_jsonb(OLD) - 'said')
    EXECUTE FUNCTION kini_letter();
CREATE TRIGGER letters_letter_stays BEFORE DELETE ON letters_letter FOR EACH ROW EXECUTE FUNCTION kini_letter();
"""
NO_GUARD = """
DROP TRIGGER letters_letter_guard ON letters_letter;
DROP TRIGGER letters_letter_stays ON letters_letter;
CREATE TRIGGER letters_letter_guard BEFORE UPDATE OR DELETE ON letters_letter
    FOR EACH ROW EXECUTE FUNCTION kini_letter();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('letters', '0002_guards'),
        ('core', '0011_rotation'),
    ]

    operations = [
        migrations.RunSQL(not_append_only(HISTORY), append_only(HISTORY)),
        EncryptColumn('letter', 'said', EncryptedJSONField(context='letters.letter.said')),
        EncryptColumn('letterentry', 'note', EncryptedTextField(blank=True, context='letters.entry.note')),
        migrations.RunSQL(append_only(HISTORY, rotated=("note",)), not_append_only(HISTORY)),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
