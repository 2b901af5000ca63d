"""Sent twice is done once; asked too often is refused with the time to wait."""

import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction
from django.test import Client, RequestFactory
from pytest_django import Settings

from kini.api import rate_limit
from kini.api.auth import Principal
from kini.api.models import KeptAnswer
from kini.cases.models import Case
from kini.core import attempt_limits, retention
from kini.core.actors import Actor, ActorKind
from kini.core.attempt_limits import Limit
from kini.core.models import LimitCounter
from kini.services.models import ServiceVersion
from tests.api.conftest import Program, Programs
from tests.api.test_applying import NEW
from tests.cases.town import Town
from tests.environment import replace


def test_the_same_request_with_the_same_key_is_one_case(town: Town, permit: ServiceVersion, program: Programs):
    app = program(town.resident)
    first, second = (app.post("/cases", NEW, Idempotency_Key="a") for _ in range(2))
    assert (first.status_code, second.status_code, first.json()) == (201, 201, second.json())
    assert (second.headers["Idempotency-Replayed"], second.headers["Location"]) == ("true", first.headers["Location"])
    assert "Idempotency-Replayed" not in first.headers
    assert Case.objects.count() == 1


def test_an_answer_kept_before_a_new_hash_key_is_given_again(
    town: Town, permit: ServiceVersion, program: Programs, settings: Settings
):
    """Low 14: a case sent again across the restart is not opened twice, nor refused."""
    app = program(town.resident)
    app.post("/cases", NEW, Idempotency_Key="a")
    new = "new:bmV3LWhhc2gta2V5LTMyLWJ5dGVzLWxvbmcuLi4uLi4="
    settings.ENV = replace(settings.ENV, hash_key=f"{new},old:{settings.ENV.hash_key}")
    assert app.post("/cases", NEW, Idempotency_Key="a").headers["Idempotency-Replayed"] == "true"
    assert app.post("/cases", {**NEW, "confirm": False}, Idempotency_Key="a").status_code == 422
    assert Case.objects.count() == 1


def test_a_key_belongs_to_one_request_and_one_caller(town: Town, permit: ServiceVersion, program: Programs):
    app, other = program(town.resident), program(town.neighbour)
    app.post("/cases", NEW, Idempotency_Key="a")
    changed = app.post("/cases", {**NEW, "confirm": False}, Idempotency_Key="a")
    assert (changed.status_code, changed.json()["type"]) == (422, "/api/#key-used")
    theirs = other.post("/drafts", {"service": "stall-permit"}, Idempotency_Key="a")
    assert theirs.status_code == 201


def test_a_case_needs_a_key_and_a_key_has_a_form(town: Town, permit: ServiceVersion, program: Programs):
    app = program(town.resident)
    assert app.post("/cases", NEW).json()["type"] == "/api/#key-missing"
    for key in ("", "a b", "ä", "x" * 201):
        assert app.post("/cases", NEW, Idempotency_Key=key).status_code == 400


def test_what_was_refused_may_be_tried_again_under_its_key(town: Town, permit: ServiceVersion, program: Programs):
    app = program(town.resident)
    assert app.post("/cases", {**NEW, "confirm": False}, Idempotency_Key="a").status_code == 409
    assert app.post("/cases", NEW, Idempotency_Key="a").status_code == 201


def test_keys_are_forgotten_after_a_day(town: Town, permit: ServiceVersion, program: Programs):
    program(town.resident).post("/cases", NEW, Idempotency_Key="a")
    retention.apply(retention.rules.get("api.answers"))
    assert KeptAnswer.objects.count() == 1
    KeptAnswer.objects.update(created_at="2020-01-01T00:00:00Z")
    retention.apply(retention.rules.get("api.answers"))
    assert KeptAnswer.objects.count() == 0


def test_every_answer_says_how_often_one_may_still_ask(town: Town, program: Programs):
    app = program(town.resident, per_minute=3)
    responses = [app.get("/cases") for _ in range(4)]
    assert [each.status_code for each in responses] == [200, 200, 200, 429]
    assert [each.headers["RateLimit-Policy"] for each in responses] == ['"default";q=3;w=60'] * 4
    assert [each.headers["RateLimit"].split(";t=")[0] for each in responses] == [
        f'"default";r={n}' for n in (2, 1, 0, 0)
    ]
    assert 1 <= int(responses[3].headers["Retry-After"]) <= 60
    assert responses[3].headers["Content-Type"] == "application/problem+json"
    assert program(town.neighbour, per_minute=3).get("/cases").status_code == 200


def test_all_processes_count_together(town: Town, program: Programs):
    app = program(town.resident, per_minute=2)
    app.get("/cases")
    rate_limit.clear_buckets()  # as another process, which holds nothing yet
    assert [app.get("/cases").status_code for _ in range(2)] == [200, 429]
    LimitCounter.objects.update(until="2020-01-01T00:00:00Z")
    rate_limit.clear_buckets()
    assert app.get("/cases").status_code == 200


def test_the_first_few_requests_pass_on_trust_and_are_counted_with_the_next_ones(town: Town, program: Programs):
    app = program(town.resident, per_minute=200)
    assert {app.get("/cases").status_code for _ in range(2)} == {200}
    assert not LimitCounter.objects.exists()
    responses = [app.get("/cases") for _ in range(199)]
    assert [each.status_code for each in responses] == [200] * 198 + [429]
    assert responses[0].headers["RateLimit"].startswith('"default";r=197;')
    assert LimitCounter.objects.get().count >= 200


def test_a_slow_refill_does_not_block_another_principal(transactional_db: None):
    """The counter of one principal is locked in the database; its refill waits, requests of the other pass."""

    def consume_two(key: str) -> None:
        principal = Principal(Actor(ActorKind.GUEST), key, 100)
        try:
            for _ in range(2):  # the first passes uncounted, the second takes a batch from the counter
                rate_limit.consume(RequestFactory().get("/"), principal)
        finally:
            connection.close()

    attempt_limits.consume_many(Limit("api.requests", 100, rate_limit.WINDOW), "slow", 1)
    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            LimitCounter.objects.select_for_update().get()
            slow = pool.submit(consume_two, "slow")
            _wait_for_a_lock()
            pool.submit(consume_two, "other").result(timeout=20)
            assert not slow.done()
        slow.result(timeout=20)
    assert LimitCounter.objects.count() == 2


def _wait_for_a_lock() -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone() == (True,):
                return
    raise AssertionError("nothing waits for a lock")


def test_tokens_cannot_be_guessed(town: Town):
    guesses = [Program(f"guess-{n}").get("/cases").status_code for n in range(301)]
    assert (set(guesses[:300]), guesses[300]) == ({401}, 429)


def test_a_household_with_ipv6_is_one_caller_whichever_of_its_addresses_it_uses(client: Client, db: None):
    def left(peer: str) -> str:
        return client.get("/api/v1/services", REMOTE_ADDR=peer)["RateLimit"].split(";")[1]

    first, second = left("2001:db8:1:2::1"), left("2001:db8:1:2:ffff::2")
    assert int(second.removeprefix("r=")) == int(first.removeprefix("r=")) - 1
    assert left("2001:db8:1:3::1") == first
