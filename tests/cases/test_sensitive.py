"""Cases of sensitive services: a stolen dump with the stolen folder says nothing of what was typed, nor by whom."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from kini.cases import actions, case_answers, queries, timeline
from kini.cases.models import Case, Draft
from kini.cases.queries.desk import QueueFilters
from kini.core.actors import system
from kini.core.database import dumps
from kini.people import queries as people_queries
from kini.services.models import ServiceVersion
from tests.api.conftest import Program
from tests.api.conftest import program as program
from tests.cases import town as towns
from tests.cases.desk.conftest import browse as browse
from tests.cases.desk.test_counter import add
from tests.cases.desk.test_counter import counter as counter
from tests.cases.desk.test_counter import helper as helper
from tests.cases.town import PERMIT, Town
from tests.cli.test_backup import address
from tests.pagechecks import CheckedClient

NAME, OTHER = "Mawar Rahasiawati", "Mbah"
PHONE, MAIL = "+6281399887766", "mawar.rahasia@mail.example"
STREET, STORY, REPLY = "Gang Teratai Sunyi", "suamimemukulku", "kamimengertiibu"
NOTE, RATING, PAPER = "catatanrahasiapetugas", "terimakasihsekali", "visumetrepertum"
WORDS = (*NAME.split(), *OTHER.split(), PHONE, PHONE[3:], MAIL, STREET, STORY, REPLY, NOTE, RATING, PAPER)

SENSITIVE: dict[str, Any] = PERMIT | {
    "sensitive": True,
    "ask": [
        {"fields": {"name": {"type": "text", "label": "Your name", "profile": "name"}}},
        {"fields": {"phone": {"type": "phone", "label": "Phone"}}},
        {"fields": {"story": {"type": "longtext", "label": "What happened?"}}},
        {"fields": {"where": {"type": "location", "label": "Where?"}}},
    ],
}
POINT = {"lat": -6.1754132, "lon": 106.8271567, "text": STREET}
PAGES = {"phone": {"phone": PHONE}, "story": {"story": STORY}, "where": {"where": POINT}}


@pytest.fixture
def shelter(town: Town) -> ServiceVersion:
    return towns.offer("shelter", SENSITIVE)


def by_pages(town: Town, shelter: ServiceVersion) -> Case:
    """A resident's own case, with a paper, through every step that people type something at."""
    resident = towns.person(PHONE, NAME)
    by = towns.acting(resident)
    draft = towns.filled(by, shelter, resident, PAGES)
    document = actions.attach_file(by=by, draft=draft, slot="letter", upload=towns.photo(name=f"{PAPER}.jpg"))
    actions.save_answers(by=by, draft=draft, page="doc-letter", values={"letter": {"files": [str(document.pk)]}})
    case = actions.submit(by=by, draft=draft, confirm=True)
    clerk, head = town.named("clerk"), town.named("head")
    actions.add_note(by=clerk, case=case, text=NOTE)
    actions.move(by=clerk, case=case, move="ask", values={"message": REPLY})
    case = actions.answer_correction(by=by, case=case, message=STORY)
    [item] = actions.schedule_batch_move(by=clerk, cases=[case], move="accept", query=f"q={STORY}").cases.all()
    assert actions.move_batch_case(by=clerk, item=item.pk).result == "moved"
    case = actions.move(by=head, case=case, move="approve")
    actions.rate_case(by=by, case=case, score=5, text=RATING)
    return case


def by_program(town: Town, program: Any) -> None:
    """Somebody's case by the API, with a key under which the answer is kept."""
    sender: Program = program(town.neighbour)
    pier = town.areas["pier"]
    where = POINT | {"lat": pier.latitude, "lon": pier.longitude}
    answers_given = PAGES["phone"] | PAGES["story"] | {"where": where}
    body = {"service": "shelter", "answers": answers_given, "confirm": True}
    response = sender.post("/cases", body, Idempotency_Key="once-and-only")
    assert response.status_code == 201, response.content


def at_counter(town: Town, counter: CheckedClient) -> None:
    """The pages of a counter for somebody without an account, and a search for what was typed."""
    mark = counter.get(add(counter)).context["mark"]
    counter.post("/desk/apply/", {"person": mark, "service": "shelter"})
    draft = Draft.objects.get(channel="counter")
    for key, sent in (("phone", {"phone": PHONE}), ("story", {"story": STORY})):
        assert counter.post(f"/apply/{draft.pk}/{key}/", sent).status_code in (302, 303)
    assert counter.get("/desk/", {"q": STORY}).status_code == 200
    actions.save_filter(by=town.named("clerk"), name="mine", query=f"q={NAME}")
    Client().post("/sign-in/", {"contact": MAIL})


def dumped() -> Iterator[bytes]:
    return dumps.dump(address(connection.settings_dict["NAME"]))


def found_in(text: bytes) -> list[str]:
    text = text.lower()
    return [w for w in WORDS if w.lower().encode() in text or w.lower().encode().hex().encode() in text]


@pytest.mark.django_db(transaction=True)
def test_a_stolen_dump_and_folder_say_nothing(
    town: Town, shelter: ServiceVersion, program: Any, counter: CheckedClient, var: Path
):
    case = by_pages(town, shelter)
    by_program(town, program)
    at_counter(town, counter)
    assert found_in(b"".join(dumped())) == []
    assert [found_in(each.read_bytes()) for each in var.rglob("*") if each.is_file() and "logs" not in each.parts] == [
        [] for each in var.rglob("*") if each.is_file() and "logs" not in each.parts
    ]
    case.refresh_from_db()
    assert (case.latitude, case.longitude, case.answers) == (None, None, {})
    assert case_answers.of_case(case)["story"] == STORY
    assert [faults for _reference, faults in timeline.verify_all() if faults] == []


@pytest.mark.django_db
def test_officers_find_it_by_its_number_and_not_by_words(town: Town, shelter: ServiceVersion):
    by = towns.acting(towns.person(PHONE, NAME))
    case = towns.opened(by, shelter, people_queries.own_profile(by), PAGES)
    clerk = town.named("clerk")
    assert queries.queue_page(clerk, QueueFilters(text=STORY)).cases == []
    assert queries.queue_page(clerk, QueueFilters(text=case.reference)).cases == [case]


@pytest.mark.django_db
def test_a_service_that_is_marked_later_is_sealed_with_what_is_there(town: Town):
    plain = {name: value for name, value in SENSITIVE.items() if name != "sensitive"}
    version = towns.offer("shelter", plain)
    resident = towns.person(PHONE, NAME)
    case = towns.opened(towns.acting(resident), version, resident, PAGES)
    waiting = towns.filled(towns.acting(resident), version, resident, PAGES)
    assert case.latitude is not None
    towns.offer("shelter", SENSITIVE, number=2)
    by = system("tests")
    assert actions.encrypt_sensitive_answers(by=by) == 3
    assert actions.encrypt_sensitive_answers(by=by) == 0
    case.refresh_from_db()
    assert (case.answers, case.latitude) == ({}, None)
    assert case_answers.of_case(case)["story"] == STORY
    assert timeline.verify_case(case) == []
    later = actions.save_answers(by=towns.acting(resident), draft=waiting, page="story", values={"story": NOTE})
    assert Draft.objects.get(pk=later.pk).answers == {}
    assert queries.queue_page(town.named("clerk"), QueueFilters(text=STORY)).cases == []
