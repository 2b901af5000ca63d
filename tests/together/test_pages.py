"""Pages over HTTP: a firm helps an RW to the receipt; officers act for people without a phone."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from kini.messages.models import InboundMessage, Message
from kini.people.models import Officer, Resident
from kini.together import actions, message_replies
from kini.together.models import Beneficiary, Need, Pledge
from kini.together.programmes import programmes
from tests.cases.town import acting
from tests.pagechecks import CheckedClient
from tests.together.conftest import HelpTown, differences, place


def signed_in(who: Resident | Officer) -> CheckedClient:
    client = CheckedClient()
    assert who.user
    client.force_login(who.user)
    return client


def post(client: CheckedClient, route: str, /, *arguments: object, **values: object) -> None:
    """Open a form, send it, and expect a redirect."""
    address = reverse(route, args=arguments)
    page = client.get(address)
    assert page.status_code == 200
    key = page.context["form"].initial["key"]
    response = client.post(address, {"key": key} | values)
    assert response.status_code == 302, response.context["errors"] if response.context else response


@pytest.fixture
def pledge(town: HelpTown) -> Pledge:
    return town.pledge(town.line(town.need()), 25)


def test_a_firm_helps_an_rw_to_the_receipt(town: HelpTown) -> None:
    need = town.need(staples=40)
    boss, head = signed_in(town.boss), signed_in(town.head)
    shown = CheckedClient().get(reverse("together:needs")).content.decode()
    assert "RW 03, Gambir" in shown
    assert "0&nbsp;%" in shown or "0 %" in shown
    page = CheckedClient().get(reverse("together:need", args=[need.reference])).content.decode()
    assert page.index("40") < page.index("/together/give/")
    post(boss, "together:give", town.line(need).pk, giver=town.firm.pk, quantity=25)
    pledge = Pledge.objects.get()
    assert (pledge.quantity, pledge.giver) == (25, town.firm)
    post(boss, "together:deed", pledge.reference, "confirm", deliver_on=f"{pledge.pledged_on}", stated="on")
    boss.post(reverse("together:deed", args=[pledge.reference, "set-out"]))
    here = reverse("together:pledge", args=[pledge.reference])
    assert pledge.code not in boss.get(here).content.decode()
    assert pledge.code in head.get(here).content.decode()
    post(boss, "together:deed", pledge.reference, "deliver", code=pledge.code, quantity=25)
    post(head, "together:deed", pledge.reference, "receive", quantity=25)
    pledge.refresh_from_db()
    assert pledge.state == "received"
    assert list(differences()) == []


def test_an_officer_does_every_step_for_people_without_a_phone(town: HelpTown) -> None:
    officer, colleague = signed_in(town.officer), signed_in(town.colleague)
    values = {"kind": "rw", "name": "RW 09", "area": "31.71.01.1002", "families": 30}
    post(officer, "together:desk-new-beneficiary", **values)
    number = Beneficiary.objects.get(name="RW 09").pk
    post(officer, "together:desk-new-need", number, "food", **{"package-staples": 30, "needed_by": "2099-01-01"})
    need = Need.objects.get()
    assert need.reference in colleague.get(reverse("together:desk")).content.decode()
    address = reverse("together:desk-need-deed", args=[need.reference, "verify"])
    refused = officer.post(address, {"sure": "on"})
    assert refused.status_code == 422
    post(colleague, "together:desk-need-deed", need.reference, "verify", sure="on")
    post(officer, "together:desk-give", town.line(need).pk, quantity=30)
    pledge = Pledge.objects.get()
    assert pledge.giver.owner is None
    post(
        officer,
        "together:desk-pledge-deed",
        pledge.reference,
        "confirm",
        deliver_on=f"{pledge.pledged_on}",
        stated="on",
    )
    assert pledge.code in officer.get(reverse("together:desk-slip", args=[pledge.reference])).content.decode()
    post(officer, "together:desk-pledge-deed", pledge.reference, "set-out", sure="on")
    post(officer, "together:desk-pledge-deed", pledge.reference, "deliver", quantity=30, code=pledge.code)
    receive = reverse("together:desk-pledge-deed", args=[pledge.reference, "receive"])
    assert officer.post(receive, {"quantity": 30, "slip_code": "x"}).status_code == 422
    post(officer, "together:desk-pledge-deed", pledge.reference, "receive", quantity=30, slip_code=pledge.code)
    need.refresh_from_db()
    assert need.state == "met"
    assert not Pledge.objects.get().delivery.seconded
    paper = colleague.get(reverse("together:desk-receipt", args=[pledge.reference])).content.decode()
    assert pledge.reference in paper
    assert pledge.code not in paper


def test_a_receipt_is_for_the_two_sides_after_it_arrived(town: HelpTown) -> None:
    pledge = town.delivered(town.sent(town.line(town.need()), 25))
    address, desk = (reverse(f"together:{each}", args=[pledge.reference]) for each in ("receipt", "desk-receipt"))
    assert signed_in(town.boss).get(address).status_code == 404
    actions.record_receipt(by=acting(town.head), pledge=pledge, quantity=25)
    for side in (town.boss, town.head):
        shown = signed_in(side).get(address).content.decode()
        assert "PT Contoh" in shown
        assert town.head.name not in shown
    assert signed_in(town.donor).get(address).status_code == 404
    assert signed_in(town.donor).get(desk).status_code == 403
    assert signed_in(town.officer).get(desk).status_code == 200


def test_who_gives_as_a_firm_for_the_first_time_returns_to_the_need(town: HelpTown) -> None:
    line, donor = town.line(town.need()), signed_in(town.donor)
    give = reverse("together:give", args=[line.pk])
    register = f"{reverse('together:new-giver')}?line={line.pk}"
    assert register in donor.get(give).content.decode()
    response = donor.post(register, {"kind": "firm", "name": "CV Baru"})
    assert response["Location"] == give
    assert "CV Baru" in donor.get(give).content.decode()
    assert donor.get(reverse("together:new-giver"), {"line": "9" * 9}).status_code == 200


def test_a_refusal_keeps_what_was_typed(town: HelpTown, pledge: Pledge) -> None:
    line = pledge.line
    response = signed_in(town.donor).post(
        reverse("together:give", args=[line.pk]), {"key": "1b671a64-40d5-491e-99b0-da01ff1f3341", "quantity": "30"}
    )
    shown = response.content.decode()
    assert response.status_code == 422
    assert "15" in shown
    assert 'value="30"' in shown


def test_others_see_neither_pledges_nor_hidden_places(town: HelpTown, pledge: Pledge) -> None:
    assert signed_in(town.donor).get(reverse("together:pledge", args=[pledge.reference])).status_code == 404
    household = place(town, "household", "Rumah biru", "31.71.01.1001")
    need = actions.report_need(
        by=acting(town.officer), beneficiary=household, programme="food", lines={"staples": 1},
        needed_by=pledge.pledged_on, family_card="3171011234567890",
    )  # fmt: skip
    actions.verify_need(by=acting(town.colleague), need=need)
    assert CheckedClient().get(reverse("together:need", args=[need.reference])).status_code == 404
    assert "Rumah biru" not in CheckedClient().get(reverse("together:needs")).content.decode()
    assert signed_in(town.donor).get(reverse("together:give", args=[town.line(need).pk])).status_code == 404


def test_the_six_programmes_of_the_pack_are_offered(town: HelpTown) -> None:
    assert set(programmes()) == {"food", "small-firms", "education", "waste", "housing", "employment"}
    page = CheckedClient().get(reverse("together:needs"), {"programme": "waste", "area": "Nowhere"})
    assert "Nowhere" in page.content.decode()


def test_messages_tell_the_code_to_the_receiving_side_alone(town: HelpTown, run_jobs: Callable[[], int]) -> None:
    pledge = town.received(town.line(town.need()), 5)
    run_jobs()
    told = {(each.user_id, each.sort): each.text for each in Message.objects.all()}
    assert pledge.code in told[town.head.user_id, "help-coming"]
    assert "help-received" in {sort for user, sort in told if user == town.boss.user_id}
    assert not [text for (user, _sort), text in told.items() if user == town.boss.user_id and pledge.code in text]


def test_a_contact_with_a_plain_phone_says_by_sms_what_arrived(town: HelpTown) -> None:
    pledge = town.delivered(town.sent(town.line(town.need()), 25))

    def answer(text: str, sender: str = "+6281200000004") -> str | None:
        return message_replies.receive_receipt(InboundMessage(provider="p", channel="sms", sender=sender, text=text))

    assert answer("VAKSIN") is None
    assert "Tidak ada" in str(answer(f"TERIMA {pledge.reference} 25", "+6281200000005"))
    assert "Dicatat: 25" in str(answer(f"terima {pledge.reference.lower()} 25"))
    assert "Dicatat: 25" in str(answer(f"TERIMA {pledge.reference} 25"))
    pledge.refresh_from_db()
    assert pledge.state == "received"
