"""A call for help: the number to call first, one page that sends, everything else afterwards."""

from typing import Any

import pytest

from kini.cases import actions, case_answers, timeline
from kini.cases.models import Case, TimelineEntry
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.environment import ROOT
from kini.services import loader
from kini.services.models import ServiceVersion
from kini.services.snapshots import build_snapshot
from tests.cases import town as towns
from tests.cases.pages.browsing import Seen, Visitor, visitor
from tests.cases.pages.offers import CALL
from tests.cases.town import Town

pytestmark = pytest.mark.django_db

EVENTS = {"fire": "Fire", "flood": "Flood"}
SOS: dict[str, Any] = CALL | {
    "ask": [
        {
            "page": "Where, and what?",
            "fields": {
                "place": {"type": "location", "label": "Where are you now?"},
                "event": {"type": "choice", "label": "What is happening?", "options": EVENTS},
            },
        },
        {
            "page": "For the team",
            "later": True,
            "fields": {
                "victims": {"type": "integer", "optional": True, "label": "How many are hurt?", "min": 0},
                "phone": {"type": "phone", "optional": True, "label": "Phone number", "profile": "phone"},
            },
        },
    ]
}
HERE = {"place__text": "Pier 3", "place__lat": "-6.10", "place__lon": "106.8", "event": "fire"}


@pytest.fixture
def sos(town: Town) -> ServiceVersion:
    return towns.offer("sos", SOS)


def sent(browser: Visitor) -> tuple[Seen, Case]:
    page = browser.send(browser.begin("sos"), **HERE)
    return page, Case.objects.get()


def test_a_guest_calls_for_help_with_two_taps_and_one_page(guest: Visitor, sos: ServiceVersion) -> None:
    start = guest.see("/services/sos/")
    assert start.tree.xpath("string(//main//a[1]/@href)") == "tel:112"
    question = guest.send(start, action="/start/")  # first tap
    assert question.tree.xpath("string(//main//a[@class='button block call']/@href)") == "tel:112"
    assert "Send now" in question.text
    confirmation = guest.send(question, **HERE)  # second tap
    case = Case.objects.get()
    assert confirmation.url == f"/cases/{case.reference}/sent/"
    assert case_answers.of_case(case)["event"] == "fire"
    assert "How many are hurt?" in confirmation.text


def test_a_second_tap_on_send_opens_no_second_case(guest: Visitor, sos: ServiceVersion) -> None:
    question = guest.begin("sos")
    guest.send(question, **HERE)
    again = guest.send(question, **HERE)
    assert again.url == f"/cases/{Case.objects.get().reference}/"


def test_a_wrong_page_sends_nothing(guest: Visitor, sos: ServiceVersion) -> None:
    page = guest.send(guest.begin("sos"), place__text="Pier 3")
    assert page.status == 422
    assert not Case.objects.exists()


def test_answers_are_added_to_the_sent_case(guest: Visitor, sos: ServiceVersion) -> None:
    page, case = sent(guest)
    tracker = guest.send(page, action="/more/", victims="3")
    case.refresh_from_db()
    assert case_answers.of_case(case)["victims"] == 3
    assert "More was told about it." in tracker.text
    assert TimelineEntry.objects.filter(case=case).values_list("sort", flat=True)[1] == "added"
    assert timeline.recompute(case).state == case.state
    assert [faults for _reference, faults in timeline.verify_all() if faults] == []
    again = guest.see(f"/cases/{case.reference}/more/")
    assert "How many are hurt?" not in again.text
    assert "Phone number" in again.text


def test_a_wrong_later_answer_is_shown_with_what_was_typed(guest: Visitor, sos: ServiceVersion) -> None:
    page, _case = sent(guest)
    wrong = guest.send(page, action="/more/", victims="many")
    assert wrong.status == 422
    assert wrong.errors
    assert wrong.tree.xpath("string(//input[@name='victims']/@value)") == "many"


def test_strangers_and_ended_cases_take_no_answers(guest: Visitor, sos: ServiceVersion, town: Town) -> None:
    _page, case = sent(guest)
    assert visitor().post(f"/cases/{case.reference}/more/", {"victims": "1"}).status_code == 302
    with pytest.raises(NotAllowed):
        actions.add_later_answers(by=town.named("resident"), case=case, values={"victims": 1})
    with pytest.raises(ActionRefused, match="event"):
        actions.add_later_answers(by=towns.guest("x"), case=case, values={"event": "flood"}, guest_key=case.guest_key)
    actions.withdraw(by=towns.guest("x"), case=case, guest_key=case.guest_key)
    with pytest.raises(ActionRefused, match="ended"):
        actions.add_later_answers(by=towns.guest("x"), case=case, values={"victims": 1}, guest_key=case.guest_key)


def test_what_the_profile_knows_is_sent_at_once(resident: Visitor, sos: ServiceVersion) -> None:
    page, case = sent(resident)
    assert case_answers.of_case(case)["phone"] == "+6281234567890"
    assert "Phone number" not in page.text


def test_calls_for_help_of_the_city_ask_one_page_before_sending() -> None:
    pack = loader.read_pack(ROOT / "cities" / "jakarta")
    for name in ("emergency-call-112", "emergency-ambulance", "fire-and-rescue-assistance"):
        snapshot = build_snapshot(pack, pack.services[name])
        assert [page.key for page in snapshot.pages if not page.later] == ["location"], name
        assert any(page.later for page in snapshot.pages)
