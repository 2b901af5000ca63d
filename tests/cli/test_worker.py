"""Worker: codes run before other messages; a worker of `up` is replaced when its memory has grown."""

import argparse
import os
import signal
import threading
import time
from email.message import EmailMessage

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

from kini.bench.mailserver import mail_server
from kini.cli import worker
from kini.core import delivery, mail_settings


class Asked(Exception):
    pass


def test_a_worker_that_has_grown_asks_itself_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []
    monkeypatch.setattr(os, "kill", lambda *given: sent.append(given))
    worker._end_when_grown(0)
    assert sent == [(os.getpid(), signal.SIGTERM)]


def test_one_that_is_small_looks_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def sleep(seconds: float) -> None:
        assert seconds == worker.MEMORY_CHECK_SECONDS
        raise Asked

    monkeypatch.setattr(worker.time, "sleep", sleep)
    with pytest.raises(Asked):
        worker._end_when_grown(10**15)


def test_a_code_does_not_wait_behind_notices(transactional_db: None, settings: Settings) -> None:
    """A real worker with 400 queued messages sends the code among the first."""
    with mail_server() as server:
        settings.MAILERS = mail_settings.parse_mailers(server.url)
        for number in range(400):
            send(f"notice {number}")
        send("code", is_code=True)
        threading.Thread(target=end_after, args=[server.taken], daemon=True).start()
        assert worker.run(argparse.Namespace(concurrency=2, most_memory=None)) == 0
        subjects = [message["Subject"] for message in server.taken]
    assert subjects.index("code") < 20
    assert not ProcrastinateJob.objects.filter(status="doing").exists()


def send(subject: str, *, is_code: bool = False) -> None:
    delivery.send_text(channel="email", recipient="a@mail.example", subject=subject, text="x", is_code=is_code)


def end_after(taken: list[EmailMessage]) -> None:
    """Stop the worker once it has sent the code."""
    end = time.monotonic() + 60
    while time.monotonic() < end and not any(message["Subject"] == "code" for message in taken):
        time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGTERM)
