"""A whole application through the pages, signed in and as a guest."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from kini.cases import actions
from kini.cases.models import Case, Draft
from kini.core import current_time
from kini.people import actions as people_actions
from kini.people.actions import Details
from kini.people.rules import NationalId
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from tests.cases import town as towns
from tests.cases.pages.browsing import Seen, Visitor, visitor
from tests.cases.pages.offers import CENSUS
from tests.cases.town import Town, offer
from tests.reports.conftest import REPORT, STREET

pytestmark = pytest.mark.django_db


def answered_census(browser: Visitor) -> Seen:
    """From the start page to the summary."""
    page = browser.begin("census")
    page = browser.send(page, boat="Camar", built__day="3", built__month="11", built__year="2001")
    page = browser.send(page, sailor="Ana Contoh", role="captain")
    page = browser.send(page, action="/next/")
    page = browser.send(page, pictures=towns.photo(3))
    page = browser.send(page, words="A scratch.")
    return browser.send(page, letter__statement="yes")


def test_a_resident_applies_from_the_start_page_to_the_number(resident: Visitor, census: ServiceVersion) -> None:
    page = answered_census(resident)
    assert page.heading == "Check your answers"
    for words in ("Camar", "3 November 2001", "Ana Contoh", "Captain", "foto.jpg", "A scratch.", "Statement of loss"):
        assert words in page.text
    page = resident.send(page)
    case = Case.objects.get()
    assert page.words("//strong[@class='reference']") == [case.reference]
    assert "An officer reads your papers." in page.text
    assert "To be decided by" in page.text
    page = resident.see(page.link("Follow it"))
    assert page.heading == "Boat census"
    assert "Coordination" in page.text


def test_one_question_stands_alone_under_its_own_heading(resident: Visitor, census: ServiceVersion) -> None:
    page = resident.begin("census")
    assert page.heading == "About the boat"
    assert page.title.startswith("About the boat – Boat census")
    assert "part 1 of 6" in page.text
    assert "Anything else (optional)" in page.text
    assert page.link("Back") == "/services/census/"
    page = resident.send(page, boat="Camar", built__day="3", built__month="11", built__year="2001")
    assert page.heading == "Who sails in it?"
    draft = Draft.objects.get()
    page = resident.see(f"/apply/{draft.pk}/pictures/")
    assert page.heading == "Photo of the boat"
    assert page.link("Back") == f"/apply/{draft.pk}/crew/"


def test_what_the_profile_knows_is_not_asked_but_shown(resident: Visitor, census: ServiceVersion) -> None:
    page = answered_census(resident)
    assert "From your profile" in page.text
    assert "Warga Contoh" in page.text
    draft = Draft.objects.get()
    assert resident.get(f"/apply/{draft.pk}/name/").status_code == 302
    assert page.links("/me/profile/") == [f"/me/profile/?next=/apply/{draft.pk}/check/"]


def test_errors_stand_on_top_and_beside_and_nothing_typed_is_lost(resident: Visitor, census: ServiceVersion) -> None:
    page = resident.begin("census")
    page = resident.send(page, boat="", built__day="31", built__month="2", built__year="2001", note="Kept <b>so</b>")
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert len(page.errors) == 2
    for message in page.errors:
        assert sum(message in words for words in page.words('//p[contains(@class, "error")]')) == 1
    assert (page.value("built.day"), page.value("note")) == ("31", "Kept <b>so</b>")
    assert Draft.objects.get().answers == {}


def test_a_draft_is_resumed_on_another_phone(resident: Visitor, census: ServiceVersion, town: Town) -> None:
    page = resident.begin("census")
    resident.send(page, boat="Camar", built__day="3", built__month="11", built__year="2001")
    other = visitor(town.resident)
    start = other.see("/services/census/")
    page = other.see(start.link("Continue the draft"))
    assert page.heading == "Who sails in it?"
    page = other.see(page.link("Back"))
    assert page.value("boat") == "Camar"
    listed = other.see("/cases/")
    assert "Not sent yet" in listed.text
    assert listed.link("Continue") == f"/apply/{Draft.objects.get().pk}/"


def test_beginning_twice_is_one_draft_until_it_is_touched(resident: Visitor, census: ServiceVersion) -> None:
    start = resident.see("/services/census/")
    first, second = (resident.sent(start, action="/start/") for _ in range(2))
    assert first["Location"] == second["Location"]
    page = resident.see(first["Location"])
    resident.send(page, boat="Camar", built__day="3", built__month="11", built__year="2001")
    assert resident.sent(start, action="/start/")["Location"] != first["Location"]


def test_sending_twice_leads_to_the_first_case(resident: Visitor, census: ServiceVersion) -> None:
    page = answered_census(resident)
    first, second = resident.sent(page), resident.sent(page)
    assert first.status_code == second.status_code == 303
    assert first["Location"] == second["Location"] == f"/cases/{Case.objects.get().reference}/sent/"


def test_after_sending_the_way_back_leads_to_the_case(resident: Visitor, census: ServiceVersion) -> None:
    page = answered_census(resident)
    address = page.url
    resident.send(page)
    draft = Draft.objects.get()
    for url in (address, f"/apply/{draft.pk}/", f"/apply/{draft.pk}/about/", f"/apply/{draft.pk}/boat/"):
        page = resident.see(url)
        assert page.url == f"/cases/{Case.objects.get().reference}/"
    assert resident.post(f"/apply/{draft.pk}/boat/", {"boat": "Other"}).status_code == 302
    assert Case.objects.get().answers["boat"] == "Camar"


def test_a_change_in_another_tab_is_shown_before_it_is_sent(resident: Visitor, census: ServiceVersion) -> None:
    page = answered_census(resident)
    question = resident.see(page.link("Change: About the boat"))
    resident.send(question, boat="Elang")
    again = resident.send(page)
    assert (again.status, len(again.errors)) == (422, 1)
    assert "Elang" in again.text
    assert not Case.objects.exists()
    resident.send(again)
    assert Case.objects.get().answers["boat"] == "Elang"


def test_changing_one_answer_leads_back_to_the_summary(resident: Visitor, census: ServiceVersion) -> None:
    page = answered_census(resident)
    question = resident.see(page.link("Change: About the boat"))
    assert question.link("Back") == page.url
    wrong = resident.send(question, boat="")
    assert wrong.status == 422
    back = resident.send(wrong, boat="Elang")
    assert back.heading == "Check your answers"
    assert "Elang" in back.text


def test_an_answer_that_asks_more_leads_through_the_new_question(resident: Visitor, town: Town) -> None:
    towns.offer("stall-permit", towns.PERMIT)
    page = resident.begin("stall-permit")
    page = resident.send(page, nik=towns.NIK)
    page = resident.send(page, goods="fruit")
    page = resident.send(page, where="1.1.1")
    page = resident.send(page)
    assert page.heading == "Check your answers"
    assert "Boat" not in page.text
    page = resident.send(resident.see(page.link("Change: Goods")), goods="fish")
    assert page.heading == "Boat"
    page = resident.send(page, boat="Camar")
    assert page.heading == "Check your answers"


def test_a_draft_keeps_the_definition_with_which_it_began(resident: Visitor, census: ServiceVersion) -> None:
    page = resident.begin("census")
    changed = {**CENSUS, "ask": [{"fields": {"colour": {"type": "text", "label": "Colour"}}}]}
    towns.offer("census", changed, number=2)
    page = resident.send(page, boat="Camar", built__day="3", built__month="11", built__year="2001")
    assert page.heading == "Who sails in it?"
    assert resident.begin("census").heading == "Colour"


def test_an_expired_draft_says_so_and_offers_a_new_start(resident: Visitor, census: ServiceVersion) -> None:
    page = resident.begin("census")
    Draft.objects.update(expires_at=current_time.now() - timedelta(days=1))
    for gone in (resident.see(page.url), resident.send(page, boat="Camar")):
        assert gone.status == 410
        assert gone.heading == "This draft has expired"
        assert gone.link("Start again") == "/services/census/"


def test_a_draft_is_thrown_away(resident: Visitor, census: ServiceVersion) -> None:
    resident.begin("census")
    page = resident.send(resident.see("/cases/"), action="/discard/")
    assert "deleted" in page.text
    assert not Draft.objects.exists()


def test_drafts_of_others_do_not_exist(
    resident: Visitor, neighbour: Visitor, guest: Visitor, clerk: Visitor, census: ServiceVersion
) -> None:
    page = answered_census(resident)
    draft = Draft.objects.get()
    document = draft.documents.get()
    for path in ("", "boat/", "crew/1/", "check/", f"files/{document.pk}/"):
        for browser in (neighbour, clerk):
            assert browser.get(f"/apply/{draft.pk}/{path}").status_code == 404
        assert "/sign-in/" in guest.get(f"/apply/{draft.pk}/{path}")["Location"]
    for path in ("boat/", "crew/1/", "crew/1/remove/", "crew/next/", "check/", "discard/"):
        data = {"boat": "Stolen", "confirm": page.value("confirm")}
        assert neighbour.post(f"/apply/{draft.pk}/{path}", data).status_code == 404
    assert not Case.objects.exists()
    assert "Stolen" not in str(Draft.objects.get().answers)


def test_one_signs_in_first_where_the_city_must_know_who_one_is(guest: Visitor, census: ServiceVersion) -> None:
    answer = guest.sent(guest.see("/services/census/"), action="/start/")
    assert answer["Location"] == "/sign-in/?next=/services/census/start/"
    assert not Draft.objects.exists()


def test_what_was_begun_goes_on_after_signing_in(guest: Visitor, census: ServiceVersion, town: Town) -> None:
    answer = guest.sent(guest.see("/services/census/"), action="/start/", **{"known.boat": "Camar"})
    guest.force_login(town.resident.user)
    page = guest.see(parse_qs(urlsplit(answer["Location"]).query)["next"][0])
    assert page.heading == "About the boat"
    assert page.value("boat") == "Camar"
    assert Draft.objects.get().resident == town.resident
    assert guest.see("/services/census/start/").url == "/services/census/", "once only"


def test_a_link_to_the_start_begins_nothing(resident: Visitor, census: ServiceVersion) -> None:
    assert resident.see("/services/census/start/").url == "/services/census/"
    assert not Draft.objects.exists()


def test_somebody_else_is_added_on_the_way_and_named_in_the_questions(
    resident: Visitor, census: ServiceVersion, town: Town
) -> None:
    add = resident.send(resident.see("/services/census/"), action="/start/", for_whom="new")
    assert add.heading == "Add somebody"
    page = resident.send(add, name="Nenek Contoh", relation="grandparent")
    draft = Draft.objects.get()
    assert (draft.resident.name, draft.resident.user) == ("Nenek Contoh", None)
    assert "When did Nenek Contoh buy it?" in page.text
    assert "When did you buy it?" in resident.begin("census").text


def test_a_family_member_is_applied_for(resident: Visitor, census: ServiceVersion, town: Town) -> None:
    tie = people_actions.add_family_member(
        by=town.named("resident"), resident=town.resident, relation="child", details=Details(name="Anak Contoh")
    )
    page = resident.send(resident.see("/services/census/"), action="/start/", for_whom=str(tie.member_id))
    assert "For Anak Contoh" in page.text
    assert Draft.objects.get().resident == tie.member
    stranger = resident.post("/services/census/start/", {"for_whom": str(town.neighbour.pk)})
    assert stranger.status_code == 409


def test_nobody_is_asked_in_whose_name_a_report_is(resident: Visitor, census: ServiceVersion, town: Town) -> None:
    people_actions.add_family_member(
        by=town.named("resident"), resident=town.resident, relation="child", details=Details(name="Anak Contoh")
    )
    offer("broken-lamp", REPORT, Flow.model_validate(STREET))
    assert "For whom?" in resident.see("/services/census/").text
    assert "For whom?" not in resident.see("/services/broken-lamp/").text


def test_a_guest_asks_for_help_and_follows_it_by_a_secret_link(guest: Visitor, call: ServiceVersion) -> None:
    page = guest.begin("call")
    assert page.heading == "Where are you now?"
    assert page.title.startswith("Where are you now? – Resident service")
    assert "Violence" not in page.response.content.decode()
    assert page.links("tel:112")
    assert "Leave this page now" in page.words("//body")[0]
    page = guest.send(page, place__text="Behind the mosque", place__area="1.1.1")
    page = guest.send(page)
    page = guest.send(page)
    case = Case.objects.get()
    secret = page.links("?key=")[0]
    assert "If it gets worse" in page.text
    assert guest.see(f"/cases/{case.reference}/").heading == "Resident service"
    other = visitor()
    assert "/sign-in/" in other.get(f"/cases/{case.reference}/")["Location"]
    assert other.see(secret.replace("http://testserver", "")).url == f"/cases/{case.reference}/"
    assert "Resident service" in other.see("/cases/").text


def test_a_wrong_key_opens_nothing(guest: Visitor, call: ServiceVersion, neighbour: Visitor) -> None:
    case = towns.opened(towns.guest(), call, None, PLACE)
    assert "/sign-in/" in guest.get(f"/cases/{case.reference}/?key=guessed")["Location"]
    assert neighbour.get(f"/cases/{case.reference}/?key=guessed").status_code == 404
    assert neighbour.get(f"/cases/{case.reference}/").status_code == 404


PLACE = {"place": {"place": {"lat": -6.1, "lon": 106.8, "text": "x", "area": "1.1.1", "exact": False}}}


def test_who_signs_in_on_the_way_takes_the_draft_along(call: ServiceVersion, town: Town) -> None:
    browser = visitor()
    page = browser.begin("call")
    browser.force_login(town.resident.user)
    page = browser.send(browser.see(page.url), place__text="Behind the mosque", place__area="1.1.1")
    assert page.heading == "Phone number (optional)"
    draft = Draft.objects.get()
    assert (draft.owner, draft.resident) == (town.resident.user, town.resident)


def test_guests_from_one_address_begin_only_so_much(guest: Visitor, call: ServiceVersion) -> None:
    answers = [visitor().post("/services/call/start/").status_code for _ in range(121)]
    assert answers[:120] == [303] * 120
    assert answers[120] == 429


def test_a_counter_officer_fills_in_for_somebody_without_a_phone(town: Town, census: ServiceVersion) -> None:
    officer = towns.employed("+6281200000009", "Petugas Loket", town.registry, "counter")
    details = Details("Tetangga Contoh", NationalId("3171014407900011"))
    neighbour = people_actions.save_profile(by=towns.BY, resident=town.neighbour, details=details)
    neighbour = people_actions.prove_at_counter(
        by=towns.acting(officer), resident=neighbour, document="identity-card", reason="Compare with the card"
    )
    draft = actions.start_draft(by=towns.acting(officer), version=census, resident=neighbour, channel="counter")
    browser = visitor(officer)
    page = browser.see(f"/apply/{draft.pk}/")
    assert "On behalf of Tetangga Contoh" in page.text
    page = browser.send(page, boat="Camar", built__day="3", built__month="11", built__year="2001")
    page = browser.send(page, sailor="Ana Contoh", role="captain")
    page = browser.send(page, action="/next/")
    page = browser.send(page, pictures=towns.photo(3))
    page = browser.send(page, words="A scratch.")
    page = browser.send(browser.send(page, letter__statement="yes"))
    case = Case.objects.get()
    assert (case.resident, case.channel, case.submitted_by) == (neighbour, "counter", officer.user)
    assert "for Tetangga Contoh" in page.text
    assert visitor(neighbour).see(f"/cases/{case.reference}/").heading == "Boat census"
