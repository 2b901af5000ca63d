"""Limits on attempts: shared by all processes, reset when their window ends."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, models, transaction
from pytest_django import DjangoAssertNumQueries

from kini.core import attempt_limits, retention
from kini.core.attempt_limits import Limit, TooManyAttempts
from kini.core.models import LimitCounter

CODES = Limit("people.code", count=3, seconds=600)
pytestmark = pytest.mark.django_db


def let_time_pass(seconds: int) -> None:
    LimitCounter.objects.update(until=models.F("until") - timedelta(seconds=seconds))


def test_the_fourth_try_is_one_too_many() -> None:
    assert [attempt_limits.try_consume(CODES, "+628111") for _ in range(5)] == [True, True, True, False, False]
    assert attempt_limits.try_consume(CODES, "+628222")
    assert attempt_limits.try_consume(Limit("people.sign-in", 3, 600), "+628111")


def test_the_window_ends() -> None:
    for _ in range(4):
        attempt_limits.try_consume(CODES, "+628111")
    let_time_pass(599)
    assert not attempt_limits.try_consume(CODES, "+628111")
    let_time_pass(2)
    assert [attempt_limits.try_consume(CODES, "+628111") for _ in range(4)] == [True, True, True, False]


def test_a_refusal_says_how_long_to_wait() -> None:
    for _ in range(3):
        attempt_limits.consume(CODES, "+628111")
    with pytest.raises(TooManyAttempts, match="in 10 minutes"):
        attempt_limits.consume(CODES, "+628111")
    let_time_pass(560)
    with pytest.raises(TooManyAttempts, match=r"in 1 minute\."):
        attempt_limits.consume(CODES, "+628111")


def test_success_begins_anew() -> None:
    for _ in range(4):
        attempt_limits.try_consume(CODES, "+628111")
    attempt_limits.reset(CODES, "+628111")
    assert attempt_limits.try_consume(CODES, "+628111")


def test_a_try_costs_one_query_and_keeps_no_number(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        attempt_limits.try_consume(CODES, "+628111")
    assert "628111" not in LimitCounter.objects.get().key


def test_old_counters_are_swept() -> None:
    attempt_limits.try_consume(CODES, "+628111")
    attempt_limits.try_consume(Limit("people.day", 3, 86_400), "+628111")
    let_time_pass(601)
    retention.apply(retention.rules.get("core.limits"))
    assert LimitCounter.objects.get().key.startswith("people.day:")


@pytest.mark.django_db(transaction=True)
def test_no_try_is_lost_when_many_come_at_once() -> None:
    allowed: list[bool] = []

    def try_often() -> None:
        try:
            for _ in range(20):
                allowed.append(attempt_limits.try_consume(Limit("people.code", 25, 600), "all"))
        finally:
            connection.close()

    threads = [Thread(target=try_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert allowed.count(True) == 25
    assert len(allowed) == 80


@pytest.mark.django_db(transaction=True)
def test_what_is_counted_before_a_transaction_outlives_its_failure() -> None:
    def guess(code: str) -> None:
        attempt_limits.consume(CODES, "+628111")
        with transaction.atomic():
            raise ValueError(code)

    for _ in range(3):
        with pytest.raises(ValueError, match="0000"):
            guess("0000")
    with pytest.raises(TooManyAttempts):
        guess("0000")


def test_a_count_within_a_transaction_leaves_its_commit_durable() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO on")
        attempt_limits.try_consume(CODES, "+628111")
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
