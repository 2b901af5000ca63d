"""Every URL that shows an officer a resident's data writes an access log entry.

An officer who may do everything opens every page and every operation of a made-up town. An answer that holds a name,
a number, an address or an answer of the resident must have written an entry about them. `access_log.txt` says which
address shows such data and what is logged. After an intended change, write it again and look at what differs:

    KINI_TABLES=write ./kini test tests/structure/test_access_log.py
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import signing
from django.db import transaction
from django.http import HttpResponse
from django.test import override_settings
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from kini.booking import actions as booking_actions
from kini.cases import actions
from kini.cases.desk.counter_proof import SALT
from kini.cases.models import Case
from kini.core import current_time
from kini.messages.models import Delivery, Message
from kini.people import actions as people_actions
from kini.people.models import AccessLog, Officer, Resident
from kini.people.permissions import permissions
from kini.people.rules import NationalId
from kini.services.flows import Flow
from kini.web import formats
from tests.booking.conftest import FLOW, SERVICE, first_slots, holding
from tests.cases import town as towns
from tests.environment import replace
from tests.structure.test_addresses import ROUTES
from tests.structure.test_permissions import CATALOGUE, FORM_TYPE, address, browser, session

#: All tests read the answers, which are asked for once: tests without a database would come later, and ask again.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("access-log")]

TABLE = Path(__file__).with_name("access_log.txt")
NAME, PHONE, HOUSE, BOAT = "Sukarelawan Contoh", "+6281234567890", "Gang Kelinci 7", "Bahtera Kencana"
DATA = (NAME, PHONE, PHONE[3:], HOUSE, BOAT, towns.NIK)
#: Rooms in which an officer works; elsewhere they are visitors, and only pages are opened.
AT_WORK = ("/desk/", "/api/v1/desk", "/cases/", "/apply/", "/api/v1/cases", "/api/v1/drafts")
WHY = {"what": "identity", "purpose": "verify-documents", "reason": "Compare with the card"}
#: What is sent, by the name of the address; elsewhere an empty form.
SENT: dict[str, dict[str, Any]] = {
    "cases:desk-look": WHY,
    "cases:desk-apply": {"number": towns.NIK},
    "api:look-at-case": WHY,
    "api:write-note": {"text": "Ask them"},
    "api:assign-case": {"officer": None},
    "api:take-desk-step": {"move": "accept"},
}
#: Desk addresses that this town does not fill, and where they are tried: none shows a person.
ELSEWHERE = {
    "cases:desk-bulk": "references alone: tests/cases/desk/test_batch_moves.py",
    "cases:desk-reply": "canned replies: tests/cases/desk/test_canned_replies.py",
    "api:read-bulk": "references alone: tests/api",
    "letters:preview": "after case_at_desk, which logs: tests/letters/test_preview.py",
    "letters:desk-withdraw": "after case_at_desk, which logs: tests/letters",
    "letters:desk-replace": "after case_at_desk, which logs: tests/letters",
    "payments:desk-refund": "after case_at_desk, which logs: tests/payments",
    "api:take-back-bulk": "references alone: tests/api",
    "privacy:desk-breach": "the register of breaches, which names nobody: tests/privacy",
    "privacy:desk-breach-edit": "the same: tests/privacy",
    "privacy:desk-breach-letter": "the same: tests/privacy",
    "reports:desk-check": "after case_at_desk, which logs: tests/reports/test_public_reports.py",
    "reports:desk-photo": "after case_at_desk, which logs: tests/reports/test_public_photos.py",
    "reports:desk-photo-covered": "the same",
    "reports:desk-public-copy": "the same",
    "reports:desk-elsewhere": "after case_at_desk, which logs: tests/reports/test_other_cities.py",
    "reports:desk-audit": "after case_at_desk, which logs: tests/reports/test_closing.py",
    "cases:desk-emergency": "after require_read, which logs: tests/records",
    "epidemic:desk-health-alert": "officers alone are named: tests/epidemic/test_health_alerts.py",
    "epidemic:desk-beds": "numbers of beds: tests/epidemic/test_beds.py",
    "epidemic:desk-case": "after require_read, which logs: tests/epidemic/test_case_pages.py",
    "epidemic:desk-case-correct": "the same",
    "epidemic:desk-case-deed": "the same",
    "epidemic:desk-case-duplicates": "the same",
    "epidemic:record-patient": "an empty form: tests/epidemic/test_case_pages.py",
    "epidemic:desk-situation": "counts alone: tests/epidemic/spread",
    "epidemic:desk-alerts": "counts alone: tests/epidemic/spread",
    "epidemic:desk-line-list": "logs each person of the list: tests/epidemic/spread",
    "epidemic:desk-contact": "after require_read, which logs: tests/epidemic/tracing",
    "epidemic:desk-contact-check": "the same",
    "epidemic:desk-chain": "references alone: tests/epidemic/tracing",
    "epidemic:desk-cluster": "references alone: tests/epidemic/tracing",
    "epidemic:desk-sources": "references alone, of a pack with diseases: tests/epidemic/tracing",
    "epidemic:desk-tracing-figures": "numbers, of a pack with diseases: tests/epidemic/tracing",
    "epidemic:desk-inspection": "houses of nobody who is named: tests/epidemic/tracing",
    "epidemic:desk-venue-visit": "after find_case, which logs: tests/epidemic/tracing",
    "epidemic:desk-interview": "after find_case, which logs: tests/epidemic/tracing",
    "people:desk-pair": "masked, logs both persons: tests/people/test_double_persons.py",
    "people:desk-merge": "the same",
    "records:desk-facility": "officers alone are named: tests/records/test_members.py",
    "records:desk-team": "the same",
    "satusehat:desk-dose": "after require_read, which logs: tests/satusehat/test_comparison.py",
    "satusehat:desk-difference": "the same",
    "satusehat:desk-comparison": "references alone: tests/satusehat/test_comparison.py",
    "together:desk-beneficiary": "places and references alone: tests/together",
    "together:desk-new-need": "the same",
    "together:desk-giver-deed": "names of firms alone: tests/together",
    "together:desk-need": "the same",
    "together:desk-need-deed": "the same",
    "together:desk-give": "the same",
    "together:desk-slip": "the same",
    "together:desk-receipt": "the same",
    "together:desk-pledge-deed": "the same",
    "together:desk-new-handover": "pools and aggregators alone: tests/together/money",
    "together:desk-handover-deed": "the same",
    "together:desk-pool": "pools and aggregators alone: tests/together/money",
    "together:desk-give-money": "the same",
    "together:desk-new-payout": "the same",
    "together:desk-payout-deed": "the same",
    "together:desk-hold-deed": "numbers, places and names of firms alone: tests/together/fraud_holds",
    "together:desk-visit": "places alone: tests/together/visits",
    "together:desk-release": "names of activities alone: tests/together/volunteers",
    "vaccination:desk-day": "logs each person of the list: tests/vaccination/visits",
    "vaccination:desk-walk-in": "logs each person who is likely: tests/vaccination/visits",
    "vaccination:desk-conflicts": "entries that the site's own phones sent: tests/vaccination/visits",
    "vaccination:phone": "a page without persons: tests/vaccination/visits",
    "vaccination:phone-day": "logs each person of the day: tests/vaccination/visits",
    "vaccination:desk-waiting-list": "logs each person of the list: tests/vaccination/visits",
    "vaccination:desk-visit": "logs the person: tests/vaccination/visits",
    "vaccination:desk-dose": "after require_read, which logs: tests/vaccination/visits",
    "vaccination:desk-lot": "vials of nobody: tests/vaccination/sites",
    "vaccination:desk-lot-recall": "the same",
    "vaccination:desk-shipment": "the same",
    "vaccination:desk-stock-move": "the same",
    "vaccination:desk-stock-receive": "the same",
    "vaccination:desk-stock-site": "the same",
    "wifi:desk-availability": "places: tests/wifi",
    "wifi:desk-sheets": "codes: tests/wifi",
    "wifi:desk-blocks": "nobody is named: tests/wifi",
    "wifi:desk-health": "places: tests/wifi",
    "wifi:desk-plans": "places: tests/wifi",
    "wifi:desk-sites": "places: tests/wifi",
    "wifi:desk-plan": "places: tests/wifi",
    "wifi:desk-plan-table": "places: tests/wifi",
}


@dataclass(frozen=True)
class World:
    """A town with one resident who has data everywhere, and an officer with all permissions."""

    resident: Resident
    values: dict[str, str]
    by_route: dict[str, dict[str, str]]
    session: str
    token: str


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[World]:
    """The town, shared; every request is rolled back."""
    root = tmp_path_factory.mktemp("access")
    shutil.copytree(towns.PACK, root / "pack")
    (root / "pack" / "catalogue.yaml").write_text(CATALOGUE, "utf-8")
    with (root / "pack" / "roles.yaml").open("a") as roles:
        everything = ", ".join(permissions.names())
        roles.write(
            f"everything: {{name: {{id: Semua, en: All}}, about: {{id: Semua, en: All}}, may: [{everything}]}}\n"
        )
    env = replace(django_settings.ENV, outbox=False, demo=False)
    with (
        override_settings(CITY_PATH=root / "pack", VAR_PATH=root, ENV=env),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        yield made()
        transaction.set_rollback(True)


def made() -> World:
    town = towns.build()
    details = people_actions.Details(NAME, NationalId(towns.NIK), address=HOUSE, area=town.areas["hill"])
    resident = people_actions.save_profile(by=towns.BY, resident=town.resident, details=details)
    officer = towns.employed("+6281200000009", "Petugas Semua", town.registry, "everything", "clerk")
    by, cases = town.named("resident"), [_case(town, resident) for _ in range(2)]
    ferry = towns.offer("ferry", SERVICE, Flow.model_validate(FLOW))
    booking_actions.open_slots(by=towns.BY, service=ferry.service)
    booking = holding(resident, ferry, first_slots(ferry)[0])
    actions.submit(by=by, draft=booking.draft, confirm=True)
    acting = towns.acting(officer)
    resident = people_actions.prove_at_counter(
        by=acting, resident=resident, document="identity-card", reason="Compare with the card", name=NAME
    )
    draft = actions.start_draft(by=acting, version=cases[0].version, resident=resident, channel="counter")
    helped = actions.start_draft(by=acting, version=cases[0].version, resident=resident, channel="counter")
    for page, page_answers in towns.ANSWERS.items():
        actions.save_answers(by=acting, draft=helped, page=page, values=page_answers)
    receipt = actions.submit(by=acting, draft=helped, confirm=True)
    letter = _message(town, resident)
    values = {
        "reference": cases[0].reference,
        "other": cases[1].reference,
        "draft": str(draft.pk),
        "document": str(cases[0].documents.get().pk),
        "key": "goods",
        "move": "accept",
        "number": "0",
        "officer": str(town.clerk.pk),
        "slug:service": "stall-permit",
        "service": "stall-permit",
        "str:code": "1.1",
        "name": "trade",
    }
    by_route = {
        "messages:letter": {"pk": str(letter.pk)},
        "booking:desk-day": {
            "slug:service": "ferry",
            "venue": "registry-pier",
            "day": formats.city_time(booking.slot.starts_at).date().isoformat(),
        },
        "booking:desk-close": {"slot": str(booking.slot_id)},
        "cases:desk-receipt": {"reference": receipt.reference},
        "cases:file": {"document": str(cases[0].documents.get().pk)},
    }
    return World(resident, values, by_route, session(officer), _token(officer))


def _case(town: towns.Town, resident: Resident) -> Case:
    by = town.named("resident")
    pages = towns.ANSWERS | {"boat": {"boat": BOAT}}
    permit = towns.offer("stall-permit", towns.PERMIT) if not Case.objects.exists() else Case.objects.get().version
    draft = towns.filled(by, permit, resident, pages)
    document = actions.attach_file(by=by, draft=draft, slot="letter", upload=towns.photo())
    actions.save_answers(by=by, draft=draft, page="doc-letter", values={"letter": {"files": [str(document.pk)]}})
    return actions.submit(by=by, draft=draft, confirm=True)


def _message(town: towns.Town, resident: Resident) -> Delivery:
    """A message that failed, and one that waits for the post."""
    common = {"sort": "case-step", "language": "en", "short": "", "agency": town.registry, "at": current_time.now()}
    text = {"subject": "Your permit", "text": f"Dear {NAME}"}
    Message.objects.create(key="1", user=resident.user, unreached_at=current_time.now(), **text, **common)
    waits = Message.objects.create(key="2", resident=resident, **text, **common)
    return Delivery.objects.create(message=waits, channel="post", recipient=HOUSE, due_at=current_time.now())


def _token(officer: Officer) -> str:
    scopes = ("cases:read", "cases:write", "desk:read", "desk:write", "desk:look")
    client = people_actions.register_client(
        by=towns.BY, name="App", addresses=["https://a.example/"], scopes=scopes, keeps_secrets=False, per_minute=1000
    ).client
    return people_actions.issue_token(by=towns.BY, client=client, user=officer.user, scopes=scopes)


@dataclass(frozen=True)
class Answer:
    """Response of a URL to the officer. `logged`: the access log entries about the resident."""

    name: str
    path: str
    method: str
    status: int
    shows: bool
    logged: tuple[str, ...]

    @property
    def line(self) -> str:
        return f"{self.name} /{self.path} {self.method}: {', '.join(self.logged)}"


def asked(world: World, name: str, path: str, method: str) -> Answer:
    """Send a request and roll its changes back."""
    url = address(path, world.values | world.by_route.get(name, {}))
    program, sent = url.startswith("/api/v1/"), SENT.get(name, {})
    if name == "cases:desk-apply" and method == "GET":
        url += f"?person={_standing(world)}"
    elif name == "booking:desk-check-in":
        url += f"?code={Case.objects.get(service='ferry').reference}"
    elif name == "cases:desk-prove":
        sent = {"person": _standing(world)}
    client = browser("" if program else world.session)
    headers = {"Authorization": f"Bearer {world.token}", "Idempotency-Key": "a"} if program else {}
    before = AccessLog.objects.latest("pk").pk
    with transaction.atomic():
        if method == "POST" and not program:
            response = client.post(url, sent, headers=headers)
        else:
            body = json.dumps(sent) if program and method == "POST" else b""
            kind = "application/json" if program else FORM_TYPE
            response = client.generic(method, url, body, kind, headers=headers)
        entries = AccessLog.objects.filter(resident=world.resident, pk__gt=before).values_list("what", flat=True)
        logged = tuple(sorted(set(entries)))
        shows = response.status_code < 500 and _shows(response)
        for close in response._resource_closers:
            close()
        transaction.set_rollback(True)
    return Answer(name, path, method, response.status_code, shows, logged)


def _standing(world: World) -> str:
    """Cookie that says that the resident is at the officer's counter."""
    officer = Officer.objects.get(name="Petugas Semua")
    return signing.dumps([officer.user_id, world.resident.pk], salt=SALT)


def _shows(response: HttpResponse) -> bool:
    """True if a response contains the resident's input or document."""
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    text = content.decode("utf-8", "ignore")
    return any(each in text for each in DATA) or (response["Content-Type"].startswith("image/jpeg"))


@pytest.fixture(scope="module")
def answers(world: World) -> list[Answer]:
    responses = []
    for name, path in ROUTES:
        if "<path:" in path or name.startswith(("account_", "mfa_", "idp:")):
            continue
        at_work = address(path, world.values).startswith(AT_WORK)
        responses += [asked(world, name, path, method) for method in (("GET", "POST") if at_work else ("GET",))]
    return responses


def test_whatever_shows_an_officer_a_person_writes_an_entry(answers: list[Answer]) -> None:
    assert [each.line for each in answers if each.shows and not each.logged] == []
    assert [f"{each.line} {each.status}" for each in answers if each.status >= 500] == []


def test_addresses_that_show_a_person_are_the_listed_ones(answers: list[Answer]) -> None:
    written = "".join(f"{each.line}\n" for each in answers if each.shows)
    if os.environ.get("KINI_TABLES") == "write":
        TABLE.write_text(written, "utf-8")
    assert written == TABLE.read_text("utf-8"), "see the top of this file"


def test_every_page_of_the_desk_was_opened_or_is_tried_elsewhere(answers: list[Answer]) -> None:
    """Every URL of the desk must have data in the town."""
    closed = {
        each.name: each.status
        for each in answers
        if each.method == "GET" and "desk" in each.path.partition("/<")[0] and each.status not in (200, 302, 405)
    }
    assert closed.keys() == ELSEWHERE.keys(), closed


def test_a_page_without_a_person_writes_nothing(answers: list[Answer]) -> None:
    quiet = {"cases:desk-overdue", "cases:desk-numbers", "api:list-queue"}
    assert {each.name for each in answers if each.name in quiet and each.method == "GET" and not each.logged} == quiet


def test_the_officer_reads_their_own_case_without_an_entry(world: World) -> None:
    officer = Officer.objects.get(name="Petugas Semua")
    with transaction.atomic():
        own = people_actions.ensure_resident(by=towns.BY, user=officer.user)
        details = people_actions.Details("Petugas Semua")
        people_actions.save_profile(by=towns.BY, resident=own, details=details)
        permit = Case.objects.filter(service="stall-permit")[0].version
        case = towns.opened(towns.acting(own), permit, own)
        page = browser(world.session).get(reverse("cases:case", args=[case.reference]))
        assert page.status_code == 200
        assert not AccessLog.objects.filter(resident=own).exists()
        transaction.set_rollback(True)
