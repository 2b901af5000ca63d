"""Races: many clients request the same thing at once, and exactly one may get it."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import httpx

from kini.api.idempotency import HEADER
from kini.api.operations import PREFIX
from kini.bench import booking
from kini.bench.clients import Application, ClientPool
from kini.bench.crash_recovery import ApplyingClient, create_clients
from kini.booking.models import Quota
from kini.cases.models import Case
from kini.cases.public import DESK_READ, DESK_WRITE, CasePermission
from kini.core.actors import system
from kini.people import actions as people_actions
from kini.people.public import contacts, role_permissions, roles

BY = system("attack")
SENDERS, SUBMITTERS, MOVERS, BOOKERS, PLACES = 48, 32, 9, 64, 4


@dataclass(frozen=True, slots=True)
class Answer:
    """Response to one request of a race."""

    status: int
    body: Any


def at_once(address: str, requests: Sequence[dict[str, Any]]) -> list[Answer]:
    """Send requests (arguments of `httpx.Client.request`) at the same moment, one thread each."""
    ready = Barrier(len(requests))

    def send(words: dict[str, Any]) -> Answer:
        with httpx.Client(base_url=address + PREFIX, timeout=60) as client:
            ready.wait(60)
            answer = client.request(**words)
        is_json = "json" in answer.headers.get("Content-Type", "")
        return Answer(answer.status_code, answer.json() if is_json else None)

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


def run(address: str, report: Callable[[str], None]) -> list[str]:
    """Run every race; return findings, a sentence each."""
    residents = create_clients(3)
    service = next((each for each in residents[0].bodies if _is_taken(address, residents[0], each)), None)
    findings = list(_bookings(address, report))
    if service is None:
        return [*findings, "the pack has no service for which a program can apply without files"]
    findings += _same_key(address, residents, service, report)
    findings += _submissions(address, residents[0], service, report)
    findings += _moves(address, residents[0], service, report)
    return findings


def _is_taken(address: str, program: ApplyingClient, service: str) -> bool:
    return ClientPool(address).try_once(program.application(service))


def _same_key(
    address: str, residents: Sequence[ApplyingClient], service: str, report: Callable[[str], None]
) -> Iterator[str]:
    """A repeated idempotency key creates one case, is refused with another body, and is private to its principal."""
    first, second = (program.application(service) for program in residents[:2])
    answers = at_once(address, [_application(first)] * SENDERS)
    references = {answer.body["reference"] for answer in answers if answer.status == 201}
    report(f"{SENDERS} applications with one key: {_statuses(answers)}, {len(references)} case")
    if len(references) != 1 or not _statuses(answers).keys() <= {201, 409}:
        yield f"{SENDERS} applications with one key made {len(references)} cases ({_statuses(answers)})"
    [other] = at_once(
        address,
        [_application(Application(first.token, first.body | {"for_person": None, "confirm": False}, first.key))],
    )
    if other.status not in (409, 422):
        yield f"the same key with another body was answered with {other.status}"
    [apart] = at_once(address, [_application(Application(second.token, second.body, first.key))])
    if apart.status != 201 or apart.body["reference"] in references:
        yield f"another person's key of the same name was answered with {apart.status}"


def _application(application: Application) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {application.token}", HEADER: application.key}
    return {"method": "POST", "url": "/cases", "json": application.body, "headers": headers}


def _submissions(address: str, program: ApplyingClient, service: str, report: Callable[[str], None]) -> Iterator[str]:
    """A draft submitted many times at once becomes one case."""
    headers = {"Authorization": f"Bearer {program.token}"}
    with httpx.Client(base_url=address + PREFIX, headers=headers, timeout=30) as client:
        draft = client.post("/drafts", json={"service": service}).raise_for_status().json()
        answers = {"answers": program.bodies[service]["answers"]}
        client.patch(f"/drafts/{draft['id']}", json=answers).raise_for_status()
    words = {
        "method": "POST",
        "url": f"/drafts/{draft['id']}/submission",
        "json": {"confirm": True},
        "headers": headers,
    }
    responses = at_once(address, [words] * SUBMITTERS)
    references = {answer.body["reference"] for answer in responses if answer.status in (200, 201)}
    report(f"{SUBMITTERS} submissions of one draft: {_statuses(responses)}, {len(references)} case")
    if len(references) != 1:
        yield f"a draft that was sent in {SUBMITTERS} times became {len(references)} cases ({_statuses(responses)})"


def _moves(address: str, program: ApplyingClient, service: str, report: Callable[[str], None]) -> Iterator[str]:
    """Of many officers who take the same step of a case, one succeeds."""
    [created] = at_once(address, [_application(Application(program.token, program.bodies[service]))])
    case = Case.objects.get(reference=created.body["reference"])
    tokens = _officers(case)
    with httpx.Client(base_url=address + PREFIX, timeout=30) as client:
        case_data = client.get(f"/desk/cases/{case.reference}", headers={"Authorization": f"Bearer {tokens[0]}"}).json()
    move = next((each for each in case_data["moves"] if not each["files"] and not each["given"].get("required")), None)
    if move is None:
        report("no step of the case can be taken without typing something; not raced")
        return
    words = {"move": move["move"], "step": case_data["step"]}
    url = f"/desk/cases/{case.reference}/moves"
    answers = at_once(
        address,
        [
            {
                "method": "POST",
                "url": url,
                "json": words,
                "headers": {"Authorization": f"Bearer {token}", HEADER: uuid.uuid4().hex},
            }
            for token in tokens
        ],
    )
    entries = case.timeline.filter(move=move["move"]).count()
    report(f"{MOVERS} officers take one step: {_statuses(answers)}, {entries} entry")
    if entries != 1 or _statuses(answers)[200] != 1:
        yield f"{MOVERS} officers took one step {entries} times ({_statuses(answers)})"


def _officers(case: Case) -> list[str]:
    """Tokens of officers who may act on the case."""
    scopes = (DESK_READ.scope, DESK_WRITE.scope)
    program = people_actions.register_client(
        by=BY, name="Attack", addresses=["http://127.0.0.1/"], scopes=scopes, keeps_secrets=False, per_minute=100_000
    )
    tokens = []
    for number in range(MOVERS):
        user = people_actions.open_account(by=BY, contact=contacts.Contact("email", f"officer-{number}@attack.example"))
        officer = people_actions.create_officer(by=BY, user=user, agency=case.agency, name=f"Officer {number}")
        for name in roles():
            if CasePermission.ACT in role_permissions(name):
                people_actions.grant_role(by=BY, officer=officer, role=name)
        tokens.append(people_actions.issue_token(by=BY, client=program.client, user=user, scopes=scopes))
    return tokens


def _bookings(address: str, report: Callable[[str], None]) -> Iterator[str]:
    """A slot is never overbooked."""
    bench = booking.one_slot(BOOKERS, PLACES)
    [slot] = bench.rushes
    body = {"service": bench.service.pk, "slot": slot, "answers": bench.answers, "confirm": True}
    answers = at_once(
        address,
        [
            {
                "method": "POST",
                "url": "/bookings",
                "json": body,
                "headers": {"Authorization": f"Bearer {token}", HEADER: uuid.uuid4().hex},
            }
            for token in bench.tokens[:BOOKERS]
        ],
    )
    booked = Quota.objects.get(slot_id=slot, capacity=PLACES).taken
    report(f"{BOOKERS} bookings of {PLACES} places: {_statuses(answers)}, {booked} taken")
    if _statuses(answers)[201] != PLACES or booked != PLACES:
        yield f"{_statuses(answers)[201]} of {PLACES} places were given to {BOOKERS} clients, {booked} are taken"


def _statuses(answers: Sequence[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)
