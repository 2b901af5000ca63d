"""Following a case: the tracker, the list, the number, the files."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kini.cases import actions
from kini.cases.models import Attachment, Case, Draft
from kini.services.models import ServiceVersion
from tests.cases import town as towns
from tests.cases.pages.browsing import Visitor, visitor
from tests.cases.pages.offers import CALL
from tests.cases.town import Town

pytestmark = pytest.mark.django_db
PLACE = {"lat": -6.1, "lon": 106.8, "text": "Behind the mosque", "area": "1.1.1", "exact": False}


def asked(town: Town, case: Case, **given: object) -> Case:
    """The clerk asks for more."""
    return actions.move(by=town.named("clerk"), case=case, move="ask", values={"message": "Which boat?"} | given)


def test_the_tracker_says_what_happened_who_holds_it_and_by_when(resident: Visitor, case: Case, town: Town) -> None:
    actions.move(by=town.named("clerk"), case=case, move="accept")
    page = resident.see(f"/cases/{case.reference}/")
    assert "Disposition" in page.words('//*[@aria-current="step"]')
    assert page.words('//p[@class="timeline-title"]') == [
        "The head of the office decides.",
        "We have received this case. An officer reads your papers.",
    ]
    assert "Registry" in page.text
    assert "left" in page.text
    assert "Kepala" not in page.text
    assert "Petugas Berkas" not in page.text


def test_numbers_are_masked_and_looks_are_counted(resident: Visitor, case: Case, town: Town) -> None:
    page = resident.see(f"/cases/{case.reference}/")
    assert towns.NIK not in page.text
    assert "3171 •••• •••• 0004" in page.text
    assert "No officer has opened this case yet." in page.text
    actions.reveal(
        by=town.named("head"),
        case=case,
        what="answers",
        purpose="verify-documents",
        reason="To compare with the register.",
    )
    page = resident.see(f"/cases/{case.reference}/")
    assert "Hidden answers in your case were shown" in page.text
    assert "To compare with the register." in page.text


def test_what_is_asked_stands_first(resident: Visitor, case: Case, town: Town) -> None:
    asked(town, case)
    page = resident.see(f"/cases/{case.reference}/")
    assert "Waiting for you" in page.text
    assert "Which boat?" in page.text
    assert page.link("Answer now") == f"/cases/{case.reference}/correct/"
    assert "The clock is paused" in page.text


def test_internal_notes_stay_internal(resident: Visitor, case: Case, town: Town) -> None:
    actions.add_note(by=town.named("clerk"), case=case, text="Looks odd.")
    assert "Looks odd." not in resident.see(f"/cases/{case.reference}/").text


def test_the_list_has_what_goes_on_and_what_has_ended(
    resident: Visitor, case: Case, town: Town, permit: ServiceVersion
) -> None:
    ended = towns.opened(town.named("resident"), permit, town.resident)
    actions.withdraw(by=town.named("resident"), case=ended)
    asked(town, case)
    page = resident.see("/cases/")
    assert page.words("//main//h2") == ["In progress", "Ended", "Looking for another case?"]
    assert "Waiting for you" in page.text
    assert page.links(f"/cases/{ended.reference}/")


def test_an_empty_list_says_where_to_begin(resident: Visitor, guest: Visitor, town: Town) -> None:
    page = resident.see("/cases/")
    assert page.heading == "My cases"
    assert page.link("Find a service") == "/services/"
    assert guest.see("/cases/").link("Sign in") == "/sign-in/?next=/cases/"


def test_cases_of_others_do_not_exist(resident: Visitor, neighbour: Visitor, guest: Visitor, case: Case) -> None:
    for path in ("", "sent/", "correct/", "correct/goods/", "moves/withdraw/"):
        assert neighbour.get(f"/cases/{case.reference}/{path}").status_code == 404
        assert guest.get(f"/cases/{case.reference}/{path}")["Location"].startswith("/sign-in/")
    for path in ("moves/withdraw/", "moves/answer/", "correct/goods/"):
        assert neighbour.post(f"/cases/{case.reference}/{path}", {"state": "check"}).status_code == 404
    assert neighbour.see("/cases/").links(case.reference) == []
    assert Case.objects.get().state == "check"


def test_an_officer_is_shown_the_desk_and_not_the_residents_page(clerk: Visitor, case: Case) -> None:
    answer = clerk.get(f"/cases/{case.reference}/")
    assert answer["Location"] == f"/desk/cases/{case.reference}/"
    assert clerk.get(f"/cases/{case.reference}/sent/").status_code == 404


@pytest.mark.parametrize("write", [str, str.lower, lambda number: number.replace("-", " "), lambda number: number[6:]])
def test_a_case_is_found_by_its_number_however_it_is_typed(resident: Visitor, case: Case, write: object) -> None:
    page = resident.send(resident.see("/track/"), reference=write(case.reference))
    assert page.url == f"/cases/{case.reference}/"


@pytest.mark.parametrize("typed", ["", "TELUK-0000-0000", "x" * 5000, "\x01", "<b>", "TELUK-UUUU-UUUU"])
def test_a_number_that_is_none_is_asked_for_again(resident: Visitor, town: Town, typed: str) -> None:
    page = resident.send(resident.see("/track/"), reference=typed)
    assert (page.status, len(page.errors)) == (422, 1)


def test_numbers_of_others_tell_nothing(neighbour: Visitor, guest: Visitor, case: Case) -> None:
    page = neighbour.send(neighbour.see("/track/"), reference=case.reference)
    assert page.status == 422
    for reference in (case.reference, "TELUK-7F3K-9Q2A"):
        answer = guest.send(guest.see("/track/"), reference=reference)
        assert answer.status == 422
        assert answer.links("/sign-in/") == ["/sign-in/?next=/cases/"]
        assert "Stall permit" not in answer.text


def test_the_number_of_a_guests_case_shows_state_and_nothing_personal(town: Town) -> None:
    report = towns.offer("sos", CALL | {"name": {"id": "Darurat", "en": "Emergency"}, "assistance": {}})
    case = towns.opened(towns.guest(), report, None, {"place": {"place": PLACE}, "phone": {"phone": "+628111111111"}})
    browser = visitor()
    page = browser.send(browser.see("/track/"), reference=case.reference)
    assert "Emergency" in page.text
    assert "Behind the mosque" not in page.text
    assert "111111" not in page.text
    assert browser.get(f"/cases/{case.reference}/").status_code == 302


def test_the_number_of_a_sensitive_case_shows_nothing(call: ServiceVersion) -> None:
    case = towns.opened(towns.guest(), call, None, {"place": {"place": PLACE}})
    browser = visitor()
    assert browser.send(browser.see("/track/"), reference=case.reference).status == 422


def test_a_pasted_link_opens_a_guests_case(call: ServiceVersion) -> None:
    place = {"lat": -6.1, "lon": 106.8, "text": "x", "area": "1.1.1", "exact": False}
    case = towns.opened(towns.guest(), call, None, {"place": {"place": place}})
    browser = visitor()
    link = f"https://kini.example/cases/{case.reference}/?key={case.guest_key}"
    assert browser.send(browser.see("/track/"), reference=link).url == f"/cases/{case.reference}/"


def test_tries_are_limited(resident: Visitor, town: Town) -> None:
    page = resident.see("/track/")
    answers = [resident.sent(page, reference="nothing").status_code for _ in range(41)]
    assert answers == [422] * 40 + [429]


def test_files_are_given_to_those_who_see_the_case(
    resident: Visitor, neighbour: Visitor, clerk: Visitor, guest: Visitor, permit: ServiceVersion
) -> None:
    page = resident.begin("stall-permit")
    for answers in ({"nik": towns.NIK}, {"goods": "fruit"}, {"where": "1.1.1"}, {"letter": towns.photo(1)}):
        page = resident.send(page, **answers)
    resident.send(page)
    document, case = Attachment.objects.get(), Case.objects.get()
    address = f"/cases/{case.reference}/documents/{document.pk}/"
    assert address in resident.see(f"/cases/{case.reference}/").links()
    for browser in (resident, clerk):
        answer = browser.get(address)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8\xff")
    assert neighbour.get(address).status_code == 404
    assert guest.get(address).status_code == 302
    assert resident.get(address.replace(case.reference, "TELUK-0000-0000")).status_code == 404


def test_pages_ask_the_database_little(resident: Visitor, case: Case, town: Town, permit: ServiceVersion) -> None:
    for _more in range(6):
        towns.opened(town.named("resident"), permit, town.resident)
        towns.filled(town.named("resident"), permit, town.resident, {"goods": {"goods": "fish"}})
    draft = Draft.objects.filter(case=None).first()
    assert draft is not None
    for url, most in (
        ("/cases/", 7),
        (f"/cases/{case.reference}/", 12),
        (f"/cases/{case.reference}/sent/", 12),
        (f"/apply/{draft.pk}/where/", 8),
        ("/services/stall-permit/", 8),
        ("/", 10),
    ):
        resident.get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert resident.get(url).status_code == 200
        assert len(queries) <= most, f"{url}: {len(queries)}\n" + "\n".join(q["sql"][:150] for q in queries)


def test_home_shows_ones_own_cases_and_nobody_elses(
    resident: Visitor, neighbour: Visitor, guest: Visitor, case: Case
) -> None:
    page = resident.see("/")
    assert page.link("Stall permit") == f"/cases/{case.reference}/"
    assert "My cases" in page.words("//header//nav//a")
    for browser in (neighbour, guest):
        assert case.reference not in browser.see("/").text
