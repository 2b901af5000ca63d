"""The case page: what officers read there, what they cannot, and the forms beside the case."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from kini.cases import actions
from kini.cases.models import Case
from kini.core import current_time
from kini.people.models import AccessLog
from kini.services.models import ServiceVersion
from tests.cases.desk.conftest import Browse
from tests.cases.town import NIK, Town, employed, opened, person, proved
from tests.pagechecks import CheckedClient

#: One of them, the entry of the access log, is sent with the next one.
#: Another one counts the reports that wait for a check.
MOST_QUERIES = 36


def read(client: CheckedClient, case: Case) -> str:
    response = client.get(f"/desk/cases/{case.reference}/")
    assert response.status_code == 200
    return response.content.decode()


def send(client: CheckedClient, case: Case, deed: str, **data: str):
    return client.post(f"/desk/cases/{case.reference}/{deed}/", data)


def test_a_head_reads_everything_but_what_is_sealed(town: Town, case: Case, head: CheckedClient):
    page = read(head, case)
    for text in (case.reference, "Stall permit", "Warga Contoh", "Fish", "Camar", "Kampung Dermaga", "3171 ••••"):
        assert text in page
    assert NIK not in page
    assert head.get(f"/desk/cases/{case.reference}/")["Cache-Control"].count("no-store")


def test_officers_who_may_not_see_identities_never_read_the_name(
    town: Town, case: Case, clerk: CheckedClient, browse: Browse
):
    field = employed("+6281200000031", "Petugas Lapangan", town.registry, "field")
    for client in (clerk, browse(field)):
        page = read(client, case)
        assert "Warga Contoh" not in page
        assert "See hidden data" not in page
        assert (
            send(client, case, "look", what="answers", reason="Curious and bored", purpose="supervision").status_code
            == 403
        )
        assert "Warga Contoh" not in client.get("/desk/?view=all").content.decode()
    assert not AccessLog.objects.filter(day=None).exists()


def test_the_facts_say_how_surely_the_applicant_is_known(
    town: Town, case: Case, head: CheckedClient, clerk: CheckedClient
):
    for client in (head, clerk):
        assert "Not proved yet" in read(client, case)
    proved(town.resident)
    for client in (head, clerk):
        page = read(client, case)
        assert "Proved at a counter" in page
        assert "Not proved yet" not in page


def test_a_reference_may_be_written_in_any_way_and_nonsense_is_not_found(case: Case, clerk: CheckedClient):
    assert clerk.get(f"/desk/cases/{case.reference.lower()}/").status_code == 200
    for nonsense in ("TELUK-0000-0000", "x" * 200, "%01", "%27%3B--"):
        assert clerk.get(f"/desk/cases/{nonsense}/").status_code == 404


def test_an_officers_own_case_is_worked_on_by_colleagues(town: Town, permit: ServiceVersion, clerk: CheckedClient):
    own = opened(town.named("clerk"), permit, person("+6281200000001", "Petugas Berkas"))
    for address in ("", "note/", "moves/accept/"):
        response = (
            clerk.post(f"/desk/cases/{own.reference}/{address}")
            if address
            else clerk.get(f"/desk/cases/{own.reference}/")
        )
        assert (response.status_code, response["Location"]) == (302, f"/cases/{own.reference}/")
    assert Case.objects.get(pk=own.pk).entries == 1


def test_take_give_and_put_back(town: Town, case: Case, clerk: CheckedClient, head: CheckedClient):
    assert send(clerk, case, "assign", officer="me").status_code == 303
    assert "assigned to you" in read(clerk, case)
    assert send(head, case, "assign", officer=str(town.head.pk)).status_code == 303
    assert Case.objects.get(pk=case.pk).assignee == town.head
    assert send(head, case, "assign", officer="none").status_code == 303
    assert Case.objects.get(pk=case.pk).assignee is None
    assert send(clerk, case, "assign", officer=str(town.head.pk)).status_code == 403


def test_a_case_is_handed_only_to_those_who_see_it(town: Town, case: Case, head: CheckedClient):
    elsewhere = employed("+6281200000032", "Petugas Jalan", town.roads, "head")
    assert "Petugas Jalan" not in read(head, case)
    for wanted in (str(elsewhere.pk), "99999999", "x", "\x01", "²", "9" * 5000):
        response = send(head, case, "assign", officer=wanted)
        assert response.status_code == 422
        assert 'href="#officer"' in response.content.decode()


def test_transfer_needs_an_agency_and_a_reason_and_keeps_what_was_typed(town: Town, case: Case, head: CheckedClient):
    response = send(head, case, "transfer", agency="", transfer_reason="It is a matter of roads.")
    assert response.status_code == 422
    assert "It is a matter of roads." in response.content.decode()
    assert send(head, case, "transfer", agency="roads", transfer_reason=" ").status_code == 422
    response = send(head, case, "transfer", agency="roads", transfer_reason="It is a matter of roads.")
    assert (response.status_code, response["Location"]) == (303, "/desk/")
    assert Case.objects.get(pk=case.pk).agency == town.roads
    assert "with Roads now" in head.get("/desk/").content.decode()
    assert head.get(f"/desk/cases/{case.reference}/").status_code == 404


def test_transfer_belongs_to_those_with_the_permission(case: Case, clerk: CheckedClient):
    assert send(clerk, case, "transfer", agency="roads", transfer_reason="x").status_code == 403


def test_notes_are_internal(town: Town, case: Case, clerk: CheckedClient, browse: Browse):
    assert send(clerk, case, "note", text="<b>Call the harbour</b>").status_code == 303
    page = read(clerk, case)
    assert "&lt;b&gt;Call the harbour" in page
    assert "Internal" in page
    assert "Call the harbour" not in browse(town.resident).get(f"/cases/{case.reference}/").content.decode()
    assert send(clerk, case, "note", text="  ").status_code == 422
    long = send(clerk, case, "note", text="x" * 2001)
    assert long.status_code == 422
    assert "x" * 2001 in long.content.decode()
    assert send(clerk, case, "note", text="a\x01b").status_code == 303


def test_a_look_is_logged_and_shown_once(town: Town, case: Case, head: CheckedClient):
    response = send(head, case, "look", what="answers", reason="", purpose="supervision")
    assert response.status_code == 422
    assert not AccessLog.objects.filter(day=None).exists()
    assert send(head, case, "look", what="everything", reason="The card is hard to read.").status_code == 422
    assert send(head, case, "look", what="answers", reason="kata lagi " * 30, purpose="supervision").status_code == 422
    response = send(head, case, "look", what="answers", reason="The card is hard to read.", purpose="verify-documents")
    assert response.status_code == 200
    assert NIK in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    identity = send(
        head, case, "look", what="identity", reason="To call back.", purpose="contact-person"
    ).content.decode()
    assert "Jl. Dermaga 1, Kampung Bukit" in identity
    assert "+6281234567890" in identity
    assert list(AccessLog.objects.filter(day=None).order_by("pk").values_list("what", flat=True)) == [
        "answers",
        "identity",
    ]
    assert NIK not in read(head, case)


def test_what_is_paused_late_or_ended_says_so(town: Town, case: Case, clerk: CheckedClient):
    actions.move(by=town.named("clerk"), case=case, move="ask", values={"message": "Which boat?"})
    page = read(clerk, case)
    assert "The clock is paused" in page
    assert "The resident reads: “Send what the officer asks for.”" in page
    assert "Which boat?" in page
    actions.withdraw(by=town.named("resident"), case=case, reason="Sold it")
    page = read(clerk, case)
    assert "This case has ended" in page
    assert "Take this case" not in page
    assert send(clerk, case, "assign", officer="me").status_code == 422


def test_the_page_takes_a_bounded_number_of_queries(town: Town, case: Case, head: CheckedClient):
    numbers = []
    read(head, case)  # fills the caches of the process, and is stored as today's look
    for _ in range(2):
        actions.add_note(by=town.named("head"), case=case, text="Once more")
        with CaptureQueriesContext(connection) as captured:
            read(head, case)
        numbers.append(len(captured))
    assert numbers[0] == numbers[1] <= MOST_QUERIES


def test_the_reason_of_a_look_is_given_once_a_day_and_logged_each_time(
    town: Town, case: Case, permit: ServiceVersion, head: CheckedClient, clerk: CheckedClient
):
    other = opened(town.named("resident"), permit, town.resident)
    offered = "Logged with your reason of today"
    assert offered not in read(head, case)
    why = {"what": "answers", "purpose": "verify-documents", "reason": "The card is hard to read."}
    assert send(head, case, "look", **why).status_code == 200
    page = read(head, other)
    assert offered in page
    assert 'name="reason" value="The card is hard to read."' in page
    assert 'hx-select="#revealed"' in page
    shown = send(head, other, "look", **why).content.decode()
    assert NIK in shown[shown.index('<div id="revealed">') :]
    looks = AccessLog.objects.filter(day=None)
    assert {(entry.reference, entry.reason) for entry in looks} == {
        (each.reference, "The card is hard to read.") for each in (case, other)
    }
    assert offered not in read(clerk, other), "who may not see identities is offered nothing"
    with current_time.freeze(current_time.now() + timedelta(days=1)):
        assert offered not in read(head, other), "another day, another reason"


def test_steps_with_a_form_lead_into_it(case: Case, clerk: CheckedClient):
    page = read(clerk, case)
    assert f'/desk/cases/{case.reference}/moves/ask/#fields"' in page
    form = clerk.get(f"/desk/cases/{case.reference}/moves/ask/").content.decode()
    assert form.index('id="fields"') < form.index('name="message"')
