"""Upgrade: a backup of an earlier version is restored, migrated, checked and opened.

`released/` has a backup of a small demo city by each version that a city may still run, written by that version
itself (`./kini up --city tests/cities/vila-serena`, then `./kini backup`), with the keys of a first look. A new release
adds one file; nothing else is to be kept.
"""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from kini.core import backup as backups
from kini.core import encrypted_files
from kini.core.environment import ROOT
from tests.cli.test_backup import elsewhere as elsewhere
from tests.cli.test_backup import here as here

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
    told = run(["-m", "kini.cli", "restore", str(backup)], elsewhere, tmp_path)
    assert "90 cases checked, 0 tampered with." in told
    plain = keep_as_before(backup, tmp_path)
    run(["-m", "kini.cli", "prepare"], elsewhere, tmp_path)
    assert plain.read_bytes().startswith(encrypted_files.MAGIC)
    with psycopg.connect(elsewhere) as db:
        unchecked = db.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated").fetchall()
        assert unchecked == []
    assert "cases opened" in run(["-c", LOOK], elsewhere, tmp_path)
    assert int(run(["-c", CLEAR], elsewhere, tmp_path).split()[0]) > 100
    assert "90 cases checked, 0 tampered with." in run(["-m", "kini.cli", "check", "chain"], elsewhere, tmp_path)


@pytest.mark.parametrize("backup", RELEASED, ids=lambda path: path.stem)
def test_waiting_events_are_delivered_after_an_upgrade(backup: Path, elsewhere: str, tmp_path: Path) -> None:
    run(["-c", RESTORE, str(backup), elsewhere], elsewhere, tmp_path)
    with psycopg.connect(elsewhere) as db:
        db.execute(WAITING)
    run(["-m", "kini.cli", "prepare"], elsewhere, tmp_path)
    delivered = run(["-c", DELIVER], elsewhere, tmp_path)
    assert "cases.notify_moved" in delivered
    assert "messages.merge_profiles" in delivered


def test_there_is_an_earlier_version_to_come_from() -> None:
    assert RELEASED
