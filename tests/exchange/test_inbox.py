"""Inbox: what comes from outside is applied once."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from kini.exchange.inbox import KeyReused, apply_once
from kini.exchange.models import InboxEntry


@pytest.mark.django_db
def test_a_repetition_gets_the_first_answer_and_changes_nothing() -> None:
    applied: list[int] = []

    def apply() -> dict[str, Any]:
        applied.append(1)
        return {"number": len(applied)}

    assert apply_once("hospital", "7", b"words", apply) == ({"number": 1}, True)
    assert apply_once("hospital", "7", b"words", apply) == ({"number": 1}, False)
    assert apply_once("laboratory", "7", b"words", apply) == ({"number": 2}, True)


@pytest.mark.django_db
def test_another_content_under_the_same_key_is_refused() -> None:
    apply_once("hospital", "7", b"words", lambda: None)
    assert apply_once("hospital", "7", b"words", lambda: 1) == (None, False)
    with pytest.raises(KeyReused):
        apply_once("hospital", "7", b"other words", lambda: None)


@pytest.mark.django_db
def test_what_failed_may_come_again() -> None:
    def fail() -> None:
        raise ValueError("it broke")

    with pytest.raises(ValueError, match="broke"):
        apply_once("hospital", "7", b"words", fail)
    assert not InboxEntry.objects.exists()
    assert apply_once("hospital", "7", b"words", lambda: 1) == (1, True)


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_time_are_applied_once() -> None:
    applied: list[int] = []
    inside, answers = threading.Event(), []

    def slowly() -> int:
        inside.set()
        threading.Event().wait(0.3)
        applied.append(1)
        return 1

    def receive(apply: Callable[[], int]) -> None:
        answers.append(apply_once("hospital", "7", b"words", apply))
        connection.close()

    first = threading.Thread(target=receive, args=(slowly,))
    first.start()
    assert inside.wait(10)
    second = threading.Thread(target=receive, args=(lambda: applied.append(2) or 2,))
    second.start()
    first.join()
    second.join()
    assert applied == [1]
    assert sorted(answers) == [(1, False), (1, True)]
