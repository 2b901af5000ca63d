"""A tiny run of the check of faults, and what it says when something was lost after all."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from kini.bench import consistency_checks
from kini.bench.crash_recovery import plan_kills
from kini.bench.mailserver import MailServer, mail_server
from kini.cases.models import Case
from kini.core import jobs, mail_settings
from kini.core.environment import ROOT
from kini.messages.delivery_schedule import DELIVER_JOB
from kini.messages.models import Message
from kini.people import actions as people_actions
from kini.people.contacts import Contact
from tests.cases import town as towns
from tests.environment import replace

PACK = Path(__file__).parents[1] / "cities" / "vila-serena"


@pytest.mark.long
def test_nothing_is_lost_when_everything_falls_once():
    words = ["--submissions", "40", "--clients", "5", "--kills", "1", "--city", str(PACK)]
    command = [sys.executable, "-m", "kini.cli", "check", "faults", *words]
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    env.pop("DATABASE_URL", None)
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing was lost or done twice." in done.stdout
    assert "40 submissions by 5 clients" in done.stdout
    for victim in ("worker", "web", "database"):
        assert f"kini: the {victim}" in done.stderr


def test_each_process_is_killed_in_turn_in_the_middle():
    kills = plan_kills(700, 2)
    assert [kill.victim for kill in kills] == ["worker", "web", "database"] * 2
    assert [kill.after for kill in kills] == [100, 200, 300, 400, 500, 600]


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.MAILERS = mail_settings.parse_mailers(server.url)
        settings.ENV = replace(settings.ENV, outbox=False, demo=False)
        settings.CITY_PATH = towns.PACK
        yield server


@pytest.fixture
def case(db: None, var: Path, mailbox: MailServer, run_jobs: Callable[[], int]) -> Case:
    """A case of which the resident was told by a mail."""
    town = towns.build()
    user = people_actions.open_account(by=towns.BY, contact=Contact("email", "sri@mail.example"))
    resident = people_actions.ensure_resident(by=towns.BY, user=user)
    pages = {"name": {"name": "Sri"}, **towns.ANSWERS}
    case = towns.opened(towns.acting(resident), towns.offer("stall-permit", towns.PERMIT), resident, pages)
    assert town.registry == case.agency
    run_jobs()
    return case


def found(mailbox: MailServer, *accepted: str) -> list[str]:
    return list(consistency_checks.findings(accepted, mailbox))


def test_all_is_well_when_the_case_is_there_once_and_was_told(case: Case, mailbox: MailServer):
    assert found(mailbox, case.reference) == []


def test_a_lost_case_and_one_that_nobody_was_told_of_are_found(case: Case, mailbox: MailServer):
    assert found(mailbox, "X-1") == [
        "X-1 was accepted and is not there",
        f"{case.reference} is there and was never confirmed to a client",
        "no message was written about X-1",
    ]


def test_one_case_for_two_submissions_is_found(case: Case, mailbox: MailServer):
    assert found(mailbox, case.reference, case.reference) == [f"{case.reference} was given for 2 submissions"]


def test_a_message_twice_or_never_is_found(case: Case, mailbox: MailServer):
    mailbox.taken.clear()
    message = Message.objects.get()
    again = Message.objects.create(key="again", user=message.user, text=message.text, at=message.at)
    again.deliveries.create(channel="email", recipient="sri@mail.example", due_at=message.at)
    assert found(mailbox, case.reference) == [
        f"the same message was written 2 times: {message.text}",
        "1 messages were not delivered: waiting after 0 tries (no fault)",
        f"no message about {case.reference} arrived",
    ]


def test_a_job_that_was_given_up_is_found(case: Case, mailbox: MailServer):
    jobs.enqueue("core.deliver_message", message=1)
    assert found(mailbox, case.reference) == ["1 jobs are todo"]
    assert not consistency_checks.all_processed()


def test_what_waits_for_the_morning_goes_out_now(case: Case, mailbox: MailServer, run_jobs: Callable[[], int]):
    morning = timezone.now() + timedelta(hours=8)
    message = Message.objects.create(key="late", user=Message.objects.get().user, text="late", at=morning)
    later = message.deliveries.create(channel="email", recipient="sri@mail.example", due_at=morning)
    jobs.enqueue_at(DELIVER_JOB, at=morning, delivery=later.pk)
    assert not consistency_checks.all_processed()
    run_jobs()
    assert consistency_checks.all_processed()
    assert found(mailbox, case.reference) == []


def test_the_mail_server_lets_go_of_a_client_that_falls_while_it_speaks(mailbox: MailServer):
    with socket.create_connection(mailbox.server_address, timeout=10) as client, client.makefile("rwb") as talk:
        assert talk.readline().startswith(b"220")
        talk.write(b"DATA\r\nSubject: half")
        talk.flush()
        assert talk.readline().startswith(b"354")
        client.shutdown(socket.SHUT_WR)
        assert talk.read() == b""
    assert mailbox.taken == []


def test_a_changed_timeline_is_found(case: Case, mailbox: MailServer):
    Case.objects.filter(pk=case.pk).update(channel="phone")
    assert any(f"{case.reference}: " in finding for finding in found(mailbox, case.reference))
