"""Client of SATUSEHAT: one token for all processes, one renewal at a time, and which failures are final."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import httpx
import pytest
from django.core.cache import cache

from kini.core import current_time
from kini.exchange.public import TemporaryFailure
from kini.satusehat.satusehat_client import Refused, SatusehatClient

MOMENT = datetime(2026, 12, 1, 3, tzinfo=UTC)
type Handler = Callable[[httpx.Request], httpx.Response]


class Platform:
    """Answers of the token endpoint and of FHIR, and what was asked."""

    def __init__(self) -> None:
        self.tokens = 0
        self.rejected: set[str] = set()
        self.answers: list[httpx.Response] = []
        self.asked: list[httpx.Request] = []
        self.token_status = 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth2/v1/accesstoken":
            self.tokens += 1
            assert request.url.params["grant_type"] == "client_credentials"
            assert b"client_secret=secret" in request.content
            return httpx.Response(self.token_status, json={"access_token": f"T{self.tokens}", "expires_in": "3600"})
        self.asked.append(request)
        if request.headers["Authorization"].removeprefix("Bearer ") in self.rejected:
            return httpx.Response(401)
        return self.answers.pop(0) if self.answers else httpx.Response(200, json={"resourceType": "Bundle"})


def client_at(platform: Handler, **options: Any) -> SatusehatClient:
    """Return a client of that platform; each has its own memory, as in another process."""
    return SatusehatClient(
        "jakarta",
        address="https://platform.example",
        organization="10000004",
        client_id="id",
        client_secret="secret",
        agency="dinkes",
        transport=httpx.MockTransport(platform),
        **options,
    )


def outcome(*issues: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def test_a_token_is_shared_by_processes_and_renewed_before_it_ends() -> None:
    platform = Platform()
    one, other = client_at(platform), client_at(platform)
    with current_time.freeze(MOMENT):
        assert [one.access_token(), other.access_token(), one.access_token()] == ["T1", "T1", "T1"]
    with current_time.freeze(MOMENT + timedelta(minutes=47)):
        assert other.access_token() == "T1"
    with current_time.freeze(MOMENT + timedelta(minutes=49)):
        assert [one.access_token(), other.access_token()] == ["T2", "T2"]
    assert platform.tokens == 2


def test_threads_that_need_a_token_at_once_ask_once() -> None:
    platform, start, tokens = Platform(), Barrier(6), []

    def ask() -> None:
        client = client_at(platform)
        start.wait()
        tokens.append(client.access_token())

    threads = [Thread(target=ask) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tokens == ["T1"] * 6
    assert platform.tokens == 1


def test_while_another_renews_the_old_token_is_used_until_it_ends() -> None:
    platform = Platform()
    client = client_at(platform)
    with current_time.freeze(MOMENT):
        client.access_token()
        assert cache.add(client._key("renewal"), 1, 30)
    with current_time.freeze(MOMENT + timedelta(minutes=50)):
        assert client.access_token() == "T1"
    assert platform.tokens == 1


def test_a_rejected_token_is_renewed_once() -> None:
    platform = Platform()
    client = client_at(platform)
    assert client.access_token() == "T1"
    platform.rejected = {"T1"}
    client.read("Patient/1")
    assert [each.headers["Authorization"] for each in platform.asked] == ["Bearer T1", "Bearer T2"]
    platform.rejected = {"T1", "T2", "T3"}
    with pytest.raises(TemporaryFailure, match="does not accept the token"):
        client.read("Patient/1")
    assert platform.tokens == 3


def test_a_failed_request_for_a_token_is_not_repeated_within_a_minute() -> None:
    platform = Platform()
    platform.token_status = 500
    for _try in range(3):
        with pytest.raises(TemporaryFailure):
            client_at(platform).access_token()
    assert platform.tokens == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_failures_that_pass_are_temporary(status: int) -> None:
    platform = Platform()
    platform.answers = [httpx.Response(status, headers={"Retry-After": "90"})]
    with pytest.raises(TemporaryFailure) as failure:
        client_at(platform).read("Patient/1")
    assert failure.value.retry_after == timedelta(seconds=90)


def test_a_date_in_retry_after_is_understood() -> None:
    platform = Platform()
    platform.answers = [httpx.Response(503, headers={"Retry-After": "Tue, 01 Dec 2026 03:02:00 GMT"})]
    with current_time.freeze(MOMENT), pytest.raises(TemporaryFailure) as failure:
        client_at(platform).read("Patient/1")
    assert failure.value.retry_after == timedelta(minutes=2)


def test_no_answer_is_temporary() -> None:
    platform = Platform()

    def lost(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/oauth2"):
            return platform(request)
        raise httpx.ReadTimeout("too long")

    with pytest.raises(TemporaryFailure, match="ReadTimeout"):
        client_at(lost).read("Patient/1")


def test_other_answers_are_final_and_keep_rules_but_no_texts() -> None:
    platform = Platform()
    text = "lotNumber of Budi Santoso is missing (RuleNumber: 10306)"
    issue = {"code": "value", "details": {"text": text}, "expression": ["Immunization.lotNumber"]}
    platform.answers = [httpx.Response(400, json=outcome(issue, issue))]
    with pytest.raises(Refused) as refusal:
        client_at(platform).read("Patient/1")
    [problem] = refusal.value.problems
    assert problem.as_json() == {"rule": "10306", "code": "value", "path": "Immunization.lotNumber"}
    assert "Budi" not in str(refusal.value)


@pytest.mark.parametrize("content", [b"<html>", b"[]", b'{"issue": [7]}', b'{"issue": "x"}'])
def test_an_unreadable_refusal_is_a_problem_too(content: bytes) -> None:
    platform = Platform()
    platform.answers = [httpx.Response(400, content=content)]
    with pytest.raises(Refused) as refusal:
        client_at(platform).read("Patient/1")
    assert [each.code for each in refusal.value.problems] == ["unreadable"]


def test_a_search_follows_its_pages_but_takes_the_token_to_no_other_server() -> None:
    platform = Platform()
    entry = {"resource": {"resourceType": "Patient", "id": "P1"}}
    following = {"relation": "next", "url": "https://platform.example/fhir-r4/v1/Patient?page=2"}
    platform.answers = [
        httpx.Response(200, json={"entry": [entry], "link": [following]}),
        httpx.Response(200, json={"entry": [entry]}),
    ]
    assert len(list(client_at(platform).search("Patient", {"name": "x"}))) == 2
    assert platform.asked[1].url.params["page"] == "2"
    elsewhere = following | {"url": "https://platform.example.evil.example/fhir-r4/v1/Patient?page=2"}
    platform.answers = [httpx.Response(200, json={"entry": [entry], "link": [elsewhere]})]
    with pytest.raises(TemporaryFailure, match="another server"):
        list(client_at(platform).search("Patient", {"name": "x"}))


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match="must begin with https"):
        SatusehatClient(
            "x", address="http://platform.example", organization="1", client_id="i", client_secret="s", agency="a"
        )
