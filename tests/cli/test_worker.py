"""The worker that `up` starts gives its place to a fresh copy once it has grown."""

import os
import signal

import pytest

from kini.cli import worker


class Asked(Exception):
    pass


def test_a_worker_that_has_grown_asks_itself_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []
    monkeypatch.setattr(os, "kill", lambda *given: sent.append(given))
    worker._end_when_grown(0)
    assert sent == [(os.getpid(), signal.SIGTERM)]


def test_one_that_is_small_looks_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def sleep(seconds: float) -> None:
        assert seconds == worker.LOOK
        raise Asked

    monkeypatch.setattr(worker.time, "sleep", sleep)
    with pytest.raises(Asked):
        worker._end_when_grown(10**15)
