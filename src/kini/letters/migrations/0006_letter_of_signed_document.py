"""Keep of a letter its case, its step and its attachment; the rest is the signed document's."""

import django.db.models.deletion
from django.db import migrations, models

from kini.core.database.sql_files import LoadSql

UNGUARD = """
DROP TRIGGER letters_letter_guard ON letters_letter;
DROP TRIGGER letters_letter_stays ON letters_letter;
"""
REFERENCE = """
ALTER TABLE letters_letter ADD CONSTRAINT letters_letter_signed_document
    FOREIGN KEY (id) REFERENCES documents_signeddocument (id) DEFERRABLE INITIALLY DEFERRED;
"""
COLUMNS = (
    "ordinal", "code", "template", "source", "language", "said", "agency", "issued_at", "state", "ended_at", "cause",
    "successor",
)
CONSTRAINTS = (
    "letters_number", "letters_one_live", "letters_valid_has_a_file", "letters_ended_at_a_time",
    "letters_replaced_by_another", "letters_withdrawn_for_a_cause",
)


class Migration(migrations.Migration):
    dependencies = [("letters", "0005_signed_documents")]
    operations = [
        migrations.RunSQL(UNGUARD),
        migrations.DeleteModel("LetterEntry"),
        migrations.AlterModelOptions("letter", options={}),
        *(migrations.RemoveConstraint("letter", name) for name in CONSTRAINTS),
        *(migrations.RemoveField("letter", name) for name in COLUMNS),
        migrations.RenameField("letter", "document", "attachment"),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(REFERENCE)],
            state_operations=[
                migrations.RemoveField("letter", "id"),
                migrations.AddField(
                    "letter",
                    "signed_document",
                    models.OneToOneField(
                        db_column="id",
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="letter",
                        serialize=False,
                        to="documents.signeddocument",
                    ),
                    preserve_default=False,
                ),
            ],
        ),
        migrations.AlterModelOptions("letter", options={"ordering": ["case", "signed_document__ordinal"]}),
        LoadSql("letters", "kini_letter"),
    ]
