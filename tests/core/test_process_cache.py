"""Process-wide cache."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError

from kini.core import process_cache
from kini.core.process_cache import cached
from kini.core.registry import Registry


def test_it_is_made_once_however_many_ask_while_it_is_made():
    begun, free, created = threading.Event(), threading.Event(), []

    @cached(maxsize=2)
    def slow(name):
        begun.set()
        assert free.wait(20)
        created.append(name)
        return [name]

    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(slow, "a") for _ in range(4)]
        assert begun.wait(20)
        free.set()
        result = [each.result(20) for each in futures]
    assert created == ["a"]
    assert all(each is result[0] for each in result)
    slow.cache_clear()
    assert slow("a") == ["a"]
    assert created == ["a", "a"]
    assert slow.__wrapped__("a") is not slow("a")


def test_every_cache_of_short_lived_values_is_cleared_at_once(monkeypatch):
    monkeypatch.setattr(process_cache, "_clear_functions", [])
    values = {"a": 1}
    process_cache.clears_cache(values.clear)
    process_cache.clear_all()
    assert not values


def test_an_error_is_not_held():
    answers = iter([ValueError("not yet"), "now"])

    @cached(maxsize=1)
    def asked():
        if isinstance(result := next(answers), ValueError):
            raise result
        return result

    with pytest.raises(ValueError, match="not yet"):
        asked()
    assert asked() == asked() == "now"


def test_what_fails_before_the_first_request_is_told_and_keeps_nothing_else_away(monkeypatch, caplog):
    registry, before = Registry("thing"), []
    registry.register("broken", lambda: 1 / 0)
    registry.register("whole", lambda: before.append("read"))
    monkeypatch.setattr(process_cache, "warmers", registry)
    none_left = type("none", (), {"all": staticmethod(lambda initialized_only: before.append("closed") or [])})
    monkeypatch.setattr(process_cache, "connections", none_left)
    monkeypatch.setattr(process_cache.gc, "freeze", lambda: before.append("frozen"))
    process_cache.warm_up()
    assert before == ["read", "closed", "frozen"]
    assert "broken" in caplog.text


def test_nobody_waits_again_and_again_for_a_database_that_is_away(monkeypatch):
    registry, futures = Registry("thing"), []

    def away():
        futures.append("database")
        raise OperationalError

    registry.register("first", away)
    registry.register("second", away)
    monkeypatch.setattr(process_cache, "warmers", registry)
    monkeypatch.setattr(
        process_cache, "connections", type("none", (), {"all": staticmethod(lambda initialized_only: [])})
    )
    monkeypatch.setattr(process_cache.gc, "freeze", lambda: None)
    process_cache.warm_up()
    assert futures == ["database"]


@pytest.mark.django_db
def test_every_room_reads_what_it_holds_without_a_request():
    assert {"areas", "ground", "catalogue", "services", "feeds", "languages"} <= set(process_cache.warmers.names())
    empty = {name for name in process_cache.warmers.names() if process_cache.warmers.get(name)() is None}
    assert empty <= {"map"}  # nothing to draw without areas
