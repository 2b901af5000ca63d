"""Upgrade: a backup of an earlier version is restored, migrated, checked and opened.

`released/` has a backup of a small demo city by each version that a city may still run, written by that version
itself (`./kini up --city tests/cities/vila-serena`, then `./kini backup`), with the keys of a first look. A new release
adds one file; nothing else is to be kept.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from kini.core import backup as backups
from kini.core import encrypted_files
from kini.core.environment import ROOT
from tests.cli.test_backup import elsewhere as elsewhere
from tests.cli.test_backup import empty_database
from tests.cli.test_backup import here as here

pytestmark = pytest.mark.xdist_group("upgrade")  # one upgraded city for two tests

RELEASED = sorted((Path(__file__).parent / "released").glob("*.kini"))
PACK = ROOT / "tests" / "cities" / "vila-serena"

LOOK = """
import django
django.setup()
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment
from kini.cases.models import Case
from kini.people.models import Officer, Resident

setup_test_environment()
call_command("migrate", check_unapplied=True, verbosity=0)

def opens(user, addresses):
    client = Client()
    if user:
        client.force_login(user)
    for address in addresses:
        status = client.get(address).status_code
        assert status == 200, f"{address} answered {status}"

opens(None, ["/", "/services/", "/services/street-party/", "/sign-in/", "/v/", "/api/v1/services"])
cases = 0
for resident in Resident.objects.filter(user__isnull=False, cases__isnull=False).distinct():
    own = [f"/cases/{case.reference}/" for case in resident.cases.all()]
    opens(resident.user, ["/me/", "/me/profile/", "/me/sessions/", "/cases/", *own])
    cases += len(own)
for officer in Officer.objects.filter(active=True):
    theirs = Case.objects.filter(agency=officer.agency)[:10]
    opens(officer.user, ["/desk/", *(f"/desk/cases/{case.reference}/" for case in theirs)])
assert cases
print(f"{cases} cases opened")
"""

CLEAR = """
import django
django.setup()
from django.apps import apps
from django.db import connection
from kini.core.database.encryption import EncryptedKeysJSONField, encrypted_fields
from kini.people.models import Session

def words(value):
    if isinstance(value, dict):
        return [word for each in value.values() for word in words(each)]
    if isinstance(value, list):
        return [word for each in value for word in words(each)]
    return [value] if isinstance(value, str) and len(value) > 5 else []

checked = 0
for model in apps.get_models():
    for field in encrypted_fields(model):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT string_agg("{field.column}"::text, chr(10)) FROM "{model._meta.db_table}"')
            stored = cursor.fetchone()[0] or ""
        for value in model.objects.values_list(field.name, flat=True):
            if isinstance(field, EncryptedKeysJSONField):
                value = {key: each for key, each in value.items() if key in field.keys}
            for word in words(value):
                assert word not in stored and word.encode().hex() not in stored, (model, field)
                checked += 1
for session in Session.objects.all():
    assert len(session.session_key) == 64
print(f"{checked} words are encrypted")
"""


#: Waiting events as 0.1 stored them, by dotted Python names.
WAITING = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args)
    SELECT 'events', 'core.deliver_event', 0, jsonb_build_object('listener', listener, 'event', event, 'fields', fields)
    FROM (VALUES
        ('kini.messages.jobs.bring_messages_along', 'kini.people.events.ProfilesJoined',
         '{"kept": 0, "gone": 0, "user": 0}'::jsonb),
        ('kini.cases.notices.tell_moved', 'kini.cases.events.CaseMoved',
         (SELECT jsonb_build_object('reference', reference, 'move', move, 'state', to_state, 'entry', number)
          FROM cases_timelineentry JOIN cases_case ON cases_case.id = case_id WHERE move <> '' LIMIT 1))
    ) AS stored (listener, event, fields)
"""

#: Without the migrations that `./kini restore` runs.
RESTORE = """
import sys
from pathlib import Path
import django
django.setup()
from kini.core import backup
backup.restore(backup.Backup(Path(sys.argv[1])), sys.argv[2])
"""

DELIVER = """
import django
django.setup()
from kini.core import jobs
from procrastinate.contrib.django.models import ProcrastinateJob
waiting = ProcrastinateJob.objects.filter(task_name="core.deliver_event")
for each in waiting:
    jobs.app.tasks[each.task_name](**each.args)
print([each.args["listener"] for each in waiting])
"""


def run(words: list[str], url: str, var: Path) -> str:
    env = os.environ | {"DATABASE_URL": url, "KINI_VAR": str(var), "KINI_CITY": str(PACK), "KINI_OUTBOX": "1"}
    env |= {"PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "kini.settings", "KINI_LOG_LEVEL": "error"}
    done = subprocess.run([sys.executable, *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def keep_as_before(released: Path, var: Path) -> Path:
    """Store one file unencrypted as releases up to 0.1 did; returns its path."""
    sha256, content = next(backups.Backup(released).parts(backups.FILES))
    path = var / "files" / sha256[:2] / sha256[2:4] / sha256
    assert path.read_bytes().startswith(encrypted_files.MAGIC)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("backup", RELEASED, ids=lambda path: path.stem)
def test_a_city_of_an_earlier_version_lives_on(backup: Path, elsewhere: str, tmp_path: Path) -> None:
    output = run(["-m", "kini.cli", "restore", str(backup)], elsewhere, tmp_path)
    assert "90 cases checked, 0 tampered with." in output
    plain = keep_as_before(backup, tmp_path)
    run(["-m", "kini.cli", "prepare"], elsewhere, tmp_path)
    assert plain.read_bytes().startswith(encrypted_files.MAGIC)
    with psycopg.connect(elsewhere) as db:
        unchecked = db.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated").fetchall()
        assert unchecked == []
    assert "cases opened" in run(["-c", LOOK], elsewhere, tmp_path)
    assert int(run(["-c", CLEAR], elsewhere, tmp_path).split()[0]) > 100
    assert "90 cases checked, 0 tampered with." in run(["-m", "kini.cli", "check", "chain"], elsewhere, tmp_path)


#: Letters in each state, as they were stored before they became signed documents; their version has validity months.
STORE_LETTERS = """
import django
django.setup()
from django.db import connection
from kini.core import file_store
from kini.core.database.encryption import EncryptedJSONField, EncryptedTextField
from kini.core.database.migration import migrate

migrate("letters", "0004_text_removal")
said = {"title": "Permit", "service": "", "agency": "City", "unit": "", "decider": "", "city": "", "dated": "",
        "until": "31 January", "rows": [{"name": "stall", "label": "Stall", "text": "Red stall"}]}
said = EncryptedJSONField(context="letters.letter.said").encrypt(said)
note = EncryptedTextField(context="letters.entry.note").encrypt("Told by the harbour")
with connection.cursor() as cursor:
    cursor.execute("SET session_replication_role = replica")  # without triggers and foreign keys
    cursor.execute(
        "CREATE TEMP TABLE made AS SELECT row_number() OVER (ORDER BY id) AS n, id AS case_id, version_id, agency_id, "
        "gen_random_uuid() AS letter_id, gen_random_uuid() AS file_id FROM cases_case ORDER BY id LIMIT 4")
    cursor.execute(
        "UPDATE services_serviceversion SET content = jsonb_set(content::jsonb, '{definition,gives,letter}', "
        "'{\\"template\\": \\"permit\\", \\"months\\": 1}')::text WHERE id IN (SELECT version_id FROM made)")
    cursor.execute(
        "INSERT INTO cases_document (id, case_id, slot, name, content_type, size, sha256, source_sha256, uploaded_at) "
        "SELECT file_id, case_id, 'letter', '', 'application/pdf', 4, %s, '', now() FROM made WHERE n > 1",
        [file_store.store_content(b"%PDF")])
    cursor.execute(
        "INSERT INTO letters_letter (id, case_id, entry, ordinal, code, template, source, language, said, agency_id, "
        "issued_at, state, document_id, ended_at, cause, successor_id) "
        "SELECT letter_id, case_id, n, n, '7F3K-9Q2M-V0XA-4TBE-8HJ' || n, 'permit', 'digest', 'pt', %s, agency_id, "
        "'2026-01-30 23:30+00', (ARRAY['waiting', 'valid', 'withdrawn', 'replaced'])[n], "
        "CASE WHEN n > 1 THEN file_id END, CASE WHEN n > 2 THEN now() END, CASE WHEN n = 3 THEN 'error' ELSE '' END, "
        "CASE WHEN n = 4 THEN (SELECT letter_id FROM made WHERE n = 2) END FROM made", [said])
    cursor.execute(
        "INSERT INTO letters_letterentry (letter_id, at, sort, actor_kind, actor_name, note) "
        "SELECT letter_id, now(), state, 'system', 'letters', %s FROM made, "
        "unnest(ARRAY['waiting', 'valid', 'withdrawn', 'replaced']) WITH ORDINALITY AS known (state, place) "
        "WHERE place <= n", [note])
"""
LETTERS = """
    SELECT letter.id, reference || '/' || ordinal, code, template, source, language, letter.agency_id, issued_at,
        letter.state, ended_at, letter.cause, successor_id, letter.document_id, document.sha256, document.size, entry,
        (SELECT array_agg((at, sort, actor_name) ORDER BY id) FROM letters_letterentry
            WHERE letter_id = letter.id)::text
    FROM letters_letter letter JOIN cases_case ON cases_case.id = case_id
    LEFT JOIN cases_document document ON document.id = letter.document_id ORDER BY ordinal
"""
DOCUMENTS = """
    SELECT signed.id, number, code, template, template_digest, language, signed.agency_id, issued_at,
        signed.state, ended_at, signed.cause, successor_id, attachment_id, document.sha256, document.size, entry,
        (SELECT array_agg((at, state, actor_name) ORDER BY id) FROM documents_signeddocumententry
            WHERE document_id = signed.id)::text
    FROM documents_signeddocument signed JOIN letters_letter letter USING (id)
    JOIN cases_case ON cases_case.id = letter.case_id AND subject = 'case:' || reference
    LEFT JOIN cases_document document ON document.id = attachment_id
        AND (document.sha256, document.size) = (signed.sha256, signed.size)
    ORDER BY ordinal
"""
READ_LETTERS = """
import django
django.setup()
from datetime import UTC
from kini.documents.models import SignedDocument

for document in SignedDocument.objects.order_by("ordinal"):
    assert document.content["rows"][0]["text"] == "Red stall"
    assert {entry.note for entry in document.history.all()} == {"Told by the harbour"}
    print(document.state, document.valid_until, document.signed_at is not None)
"""


@dataclass(frozen=True)
class Upgraded:
    """A city of an earlier version that was upgraded with waiting events and letters of that version."""

    url: str
    var: Path
    letters: list[tuple[object, ...]]


@pytest.fixture(scope="module", params=RELEASED, ids=lambda path: path.stem)
def upgraded(
    request: pytest.FixtureRequest, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upgraded]:
    var = tmp_path_factory.mktemp("upgraded")
    with empty_database("upgraded") as url:
        run(["-c", RESTORE, str(request.param), url], url, var)
        with psycopg.connect(url) as db:
            db.execute(WAITING)
        run(["-c", STORE_LETTERS], url, var)
        with psycopg.connect(url) as db:
            letters = db.execute(LETTERS).fetchall()
        run(["-m", "kini.cli", "prepare"], url, var)
        yield Upgraded(url, var, letters)


def test_waiting_events_are_delivered_after_an_upgrade(upgraded: Upgraded) -> None:
    delivered = run(["-c", DELIVER], upgraded.url, upgraded.var)
    assert "cases.notify_moved" in delivered
    assert "messages.merge_profiles" in delivered


def test_letters_become_signed_documents(upgraded: Upgraded) -> None:
    assert len(upgraded.letters) == 4
    with psycopg.connect(upgraded.url) as db:
        assert db.execute(DOCUMENTS).fetchall() == upgraded.letters
    read = run(["-c", READ_LETTERS], upgraded.url, upgraded.var).splitlines()
    assert read == [
        "waiting 2026-02-28 False",
        "valid 2026-02-28 True",
        "withdrawn 2026-02-28 True",
        "replaced 2026-02-28 True",
    ]


def test_there_is_an_earlier_version_to_come_from() -> None:
    assert RELEASED
