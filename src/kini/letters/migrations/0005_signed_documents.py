"""Copy letters and their history to the signed documents. Ids, numbers, codes, contents and files stay the same."""

from django.db import migrations

from kini.city.public import pack

#: Versions hold their definition as JSON text; the months of each are read once.
COPY = """
    WITH validity AS MATERIALIZED (
        SELECT id, (content::json #>> '{definition,gives,letter,months}')::integer AS months
        FROM services_serviceversion
        WHERE id IN (SELECT version_id FROM cases_case WHERE id IN (SELECT case_id FROM letters_letter))
    )
    INSERT INTO documents_signeddocument (id, type, subject, ordinal, number, code, template, template_digest, language,
        content, agency_id, issued_at, valid_until, state, signed_at, sha256, size, ended_at, cause, successor_id)
    SELECT letter.id, 'letters.letter', 'case:' || "case".reference, letter.ordinal,
        "case".reference || '/' || letter.ordinal, letter.code, letter.template, letter.source, letter.language,
        letter.said, letter.agency_id, letter.issued_at,
        ((letter.issued_at AT TIME ZONE %(timezone)s) + make_interval(months => validity.months))::date,
        letter.state,
        CASE WHEN letter.document_id IS NOT NULL THEN coalesce(
            (SELECT min(entry.at) FROM letters_letterentry AS entry
                WHERE entry.letter_id = letter.id AND entry.sort = 'valid'), letter.issued_at) END,
        coalesce(document.sha256, ''), coalesce(document.size, 0),
        letter.ended_at, letter.cause, letter.successor_id
    FROM letters_letter AS letter JOIN cases_case AS "case" ON "case".id = letter.case_id
        JOIN validity ON validity.id = "case".version_id
        LEFT JOIN cases_document AS document ON document.id = letter.document_id
"""
COPY_HISTORY = """
    INSERT INTO documents_signeddocumententry (document_id, at, state, actor_kind, actor_id, actor_name, note)
    SELECT letter_id, at, sort, actor_kind, actor_id, actor_name, note FROM letters_letterentry ORDER BY id
"""
#: Before tables change: foreign keys are checked at the end of the transaction otherwise.
CHECK = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"
#: The job has another name now; its next run is in ten minutes.
FORGET_JOB = "DELETE FROM procrastinate_jobs WHERE task_name = 'letters.sign_waiting' AND status = 'todo'"


def copy(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM letters_letter)")
        if cursor.fetchone()[0]:
            cursor.execute(COPY, {"timezone": str(pack.current().timezone)})
            cursor.execute(COPY_HISTORY)
            cursor.execute(CHECK)
        cursor.execute(FORGET_JOB)


class Migration(migrations.Migration):
    dependencies = [
        ("letters", "0004_text_removal"),
        ("documents", "0002_guards"),
        ("services", "0001_initial"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [migrations.RunPython(copy, elidable=True)]
