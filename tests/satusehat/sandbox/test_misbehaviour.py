"""Faults on demand, and a sender that survives them without a loss or a double."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from kini.satusehat.sandbox.misbehaviour import Faults, Misbehaviour
from kini.satusehat.sandbox.server import Sandbox
from tests.satusehat.sandbox.conftest import ORGANIZATION, Call, immunization, rules_of

DOSES = 60


def control(call: Call, **faults: object) -> httpx.Response:
    return call("POST", "/sandbox/faults", json=faults)


def test_a_failure_stores_nothing(call: Call, sandbox: Sandbox) -> None:
    control(call, fail=1, statuses=[429], retry_after=7)
    refused = call("POST", "Immunization", json=immunization())
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    control(call, drop=1)
    with pytest.raises(httpx.TransportError):
        call("POST", "Immunization", json=immunization())
    assert "Immunization" not in sandbox.counts()["resources"]


def test_a_lost_answer_is_a_stored_resource(call: Call, sandbox: Sandbox) -> None:
    control(call, lose=1, methods=["POST"])
    with pytest.raises(httpx.TransportError):
        call("POST", "Immunization", json=immunization())
    assert sandbox.counts()["resources"]["Immunization"] == 1
    query = {"identifier": f"http://sys-ids.kemkes.go.id/immunization/{ORGANIZATION}|D1"}
    assert call("GET", "Immunization", params=query).json()["total"] == 1


def test_a_request_that_comes_twice(call: Call, sandbox: Sandbox) -> None:
    control(call, twice=1)
    assert rules_of(call("POST", "Immunization", json=immunization()).json()) == {20002}
    call("POST", "/sandbox/options", json={"refuse_duplicates": False})
    assert call("POST", "Immunization", json=immunization("D2")).status_code == 201
    counts = call("GET", "/sandbox/counts").json()
    assert (counts["resources"]["Immunization"], counts["events"]["Immunization"]) == (3, 2)
    assert counts["faults"] == {"twice": 2}


def test_tokens_are_revoked_in_the_middle(call: Call) -> None:
    assert call("GET", "metadata").status_code == 200
    control(call, revoke=1, first=1)
    assert call("POST", "Immunization", json=immunization()).status_code == 401


def test_unknown_faults_and_shares_above_one_are_refused(call: Call) -> None:
    assert control(call, colour=1).status_code == 400
    assert control(call, lose=0.6, drop=0.6).status_code == 400
    assert control(call).json()["lose"] == 0


def test_draws_follow_the_seed_and_the_shares() -> None:
    faults = Faults(lose=0.2, drop=0.1, delay=(0.01, 0.1), seed=7)
    first, second = (Misbehaviour(faults) for _ in range(2))
    drawn = [first.draw("POST", "/fhir-r4/v1/Patient") for _ in range(2000)]
    assert drawn == [second.draw("POST", "/fhir-r4/v1/Patient") for _ in range(2000)]
    assert first.drawn["lose"] == pytest.approx(400, rel=0.2)
    assert first.drawn["drop"] == pytest.approx(200, rel=0.3)
    delays = sorted(each.delay for each in drawn)
    assert delays[1000] == pytest.approx(0.01, rel=0.2)
    assert delays[1980] == pytest.approx(0.1, rel=0.5)
    assert first.draw("POST", "/oauth2/v1/accesstoken").kind == ""


def test_many_senders_of_one_dose_store_it_once(call: Call, sandbox: Sandbox) -> None:
    call("POST", "/sandbox/options", json={"refuse_duplicates": False})
    condition = {"If-None-Exist": f"identifier=http://sys-ids.kemkes.go.id/immunization/{ORGANIZATION}|D1"}
    with ThreadPoolExecutor(16) as senders:
        answers = senders.map(lambda _: call("POST", "Immunization", json=immunization(), headers=condition), range(48))
        statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] * 47 + [201]
    assert sandbox.counts()["resources"]["Immunization"] == 1


def test_a_careful_sender_ends_with_each_dose_once(call: Call, sandbox: Sandbox) -> None:
    """Conditional creates, repeated until an answer: no loss, no double, though the server refuses no duplicates."""
    call("POST", "/sandbox/options", json={"refuse_duplicates": False})
    control(call, fail=0.15, drop=0.1, lose=0.15, twice=0.15, seed=3)
    for number in range(DOSES):
        system = f"http://sys-ids.kemkes.go.id/immunization/{ORGANIZATION}"
        condition = {"If-None-Exist": f"identifier={system}|D{number}"}
        for _attempt in range(40):
            try:
                answer = call("POST", "Immunization", json=immunization(f"D{number}"), headers=condition)
            except httpx.TransportError:
                continue
            if answer.status_code in (200, 201):
                break
    counts = sandbox.counts()
    assert counts["resources"]["Immunization"] == counts["events"]["Immunization"] == DOSES
    assert set(counts["faults"]) == {"fail", "drop", "lose", "twice"}
