"""Pages from the questions to the ticket, and the venue's day at the desk."""

import re
from collections.abc import Callable
from datetime import UTC, timedelta

import pytest
from django.urls import reverse

from kini.booking import actions, notifications, pages, queries, venue_actions
from kini.booking.models import Booking, Quota
from kini.cases import actions as case_actions
from kini.cases.models import Case, Draft
from kini.core import current_time
from kini.core.models import OutboxMessage
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from kini.web import formats
from kini.web.formats import city_time
from tests.booking.conftest import FLOW, SERVICE, answers, first_slots, holding
from tests.cases.town import BY, Town, acting, employed, filled, offer, person
from tests.letters.test_case_receipt import text_of
from tests.pagechecks import CheckedClient


@pytest.fixture
def resident(client: CheckedClient, town: Town) -> CheckedClient:
    client.force_login(town.resident.user)
    client.cookies["kini_language"] = "en"
    return client


@pytest.fixture
def officer(town: Town) -> CheckedClient:
    client = CheckedClient()
    client.force_login(employed("+6281200000077", "Petugas Dermaga", town.registry, "clerk", "head").user)
    client.cookies["kini_language"] = "en"
    return client


def free_links(html: str) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"\s+data-free', html)]


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]


def booked(resident: CheckedClient, draft: Draft) -> Case:
    """All steps of a resident after the questions."""
    places = resident.get(reverse("cases:check", args=[draft.pk]), follow=True)
    [hill, _pier] = free_links(text(places))
    times = resident.get(free_links(text(resident.get(hill)))[0])
    slot = re.search(r'name="slot"\s+id="slot"\s+value="(\d+)"', text(times))
    assert slot
    check = resident.post(times.request["PATH_INFO"], {"slot": slot[1]}, follow=True)
    assert "Held for you until" in text(check)
    token = re.search(r'name="confirm"\s+value="(\w+)"', text(check))
    assert token
    sent = resident.post(reverse("cases:check", args=[draft.pk]), {"confirm": token[1]}, follow=True)
    assert "Show the ticket" in text(sent)
    return Case.objects.get()


def test_a_resident_chooses_place_day_and_time_and_gets_a_ticket(resident: CheckedClient, draft: Draft) -> None:
    case = booked(resident, draft)
    ticket = text(resident.get(reverse("booking:ticket", args=[case.reference])))
    assert case.reference in ticket
    assert "<svg" in ticket
    file = resident.get(reverse("booking:calendar", args=[case.reference]))
    assert file["Content-Type"].startswith("text/calendar")
    lines = file.content.decode().split("\r\n")
    assert "STATUS:CONFIRMED" in lines
    assert all(len(line.encode()) <= 75 for line in lines)
    assert f"DESCRIPTION:Your code when you arrive: {case.reference}" in lines
    slot = Booking.objects.get().slot
    assert f"DTSTART:{slot.starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}" in lines
    assert f"UID:{case.reference}@testserver" in lines


HOME = {"fields": {"home": {"type": "address", "label": "Where do we come to?"}}}


def test_where_the_city_comes_to_somebody_no_place_is_chosen(resident: CheckedClient, town: Town) -> None:
    definition = SERVICE | {"ask": [*SERVICE["ask"], HOME], "booking": SERVICE["booking"] | {"comes_to": ["home"]}}
    version = offer("ferry", definition, Flow.model_validate(FLOW))
    actions.open_slots(by=BY, service=version.service)
    home = {"home": {"home": {"text": "The red gate", "area": "1.1.2"}}}
    draft = filled(town.named("resident"), version, town.resident, answers() | home)
    days = resident.get(reverse("cases:check", args=[draft.pk]), follow=True)
    assert "/registry-hill/" in days.request["PATH_INFO"], "the unit of that address comes; the pier is not asked about"
    times = resident.get(free_links(text(days))[0])
    slot = re.search(r'name="slot"\s+id="slot"\s+value="(\d+)"', text(times))
    check = resident.post(times.request["PATH_INFO"], {"slot": slot[1]}, follow=True)
    assert "Who comes: " in text(check)
    token = re.search(r'name="confirm"\s+value="(\w+)"', text(check))
    resident.post(reverse("cases:check", args=[draft.pk]), {"confirm": token[1]}, follow=True)
    reference = Case.objects.get().reference
    ticket = text(resident.get(reverse("booking:ticket", args=[reference])))
    assert "The red gate" in ticket
    assert "Show this code to the officer" in ticket
    file = resident.get(reverse("booking:calendar", args=[reference])).content.decode()
    assert "LOCATION:The red gate" in file
    assert "Show this code to the officer" in text_of(resident.get(reverse("letters:receipt", args=[reference])))


def test_the_ticket_is_kept_as_a_file_for_a_place_without_a_net(resident: CheckedClient, draft: Draft) -> None:
    case = booked(resident, draft)
    receipt_url = reverse("letters:receipt", args=[case.reference])
    assert receipt_url in text(resident.get(reverse("booking:ticket", args=[case.reference])))
    booking = Booking.objects.get()
    paper = text_of(resident.get(receipt_url))
    assert case.reference in paper
    assert "Show this code when you arrive" in paper
    assert queries.venue_of(booking.slot).name in paper
    assert formats.clock_range(booking.slot.starts_at, booking.slot.ends_at) in paper
    Booking.objects.update(state="served")
    assert "Show this code" not in text_of(resident.get(receipt_url))


def test_what_was_booked_is_taken_elsewhere_and_kept_until_then(resident: CheckedClient, draft: Draft) -> None:
    case = booked(resident, draft)
    before = queries.of_case(case)
    places = text(resident.get(reverse("booking:re-places", args=[case.reference])))
    assert "You keep it until" in places
    times = resident.get(free_links(text(resident.get(free_links(places)[1])))[0])
    slot = re.search(r'name="slot"\s+id="slot"\s+value="(\d+)"', text(times))
    assert slot
    ticket = resident.post(times.request["PATH_INFO"], {"slot": slot[1]}, follow=True)
    assert ticket.status_code == 200, text(ticket)
    after = queries.of_case(case)
    assert before
    assert after
    assert after.slot_id != before.slot_id
    assert queries.venue_of(after.slot).name in text(ticket)
    tracker = text(resident.get(reverse("cases:case", args=[case.reference])))
    assert "Your booking on" in tracker


def test_a_full_time_can_be_waited_for(resident: CheckedClient, draft: Draft, ferry: ServiceVersion) -> None:
    [slot, *_] = first_slots(ferry)
    Quota.objects.filter(slot=slot).update(capacity=0)
    day = city_time(slot.starts_at).date().isoformat()
    address = reverse("booking:times", args=[draft.pk, "registry-pier", day])
    assert "Full times" in text(resident.get(address))
    full = resident.post(address, {"slot": slot.pk})
    assert full.status_code == 422
    assert "has just been taken" in text(full)
    waiting = resident.post(address, {"slot": slot.pk, "wait": "1"}, follow=True)
    assert "You are on the waiting list" in text(waiting)
    assert Booking.objects.get(state="waiting").draft == draft
    left = resident.post(reverse("booking:give-up", args=[draft.pk]), follow=True)
    assert "You are on the waiting list" not in text(left)


def test_whoever_forgets_to_choose_is_told(resident: CheckedClient, draft: Draft, ferry: ServiceVersion) -> None:
    [slot, *_] = first_slots(ferry)
    day = city_time(slot.starts_at).date().isoformat()
    page = resident.post(reverse("booking:times", args=[draft.pk, "registry-pier", day]), {})
    assert page.status_code == 422
    assert "Choose a time." in text(page)
    assert resident.get(reverse("booking:days", args=[draft.pk, "nowhere"])).status_code == 404
    for month in ("0001-01", "9999-12"):
        days = resident.get(reverse("booking:days", args=[draft.pk, "registry-pier"]), {"month": month})
        assert days.status_code == 200
    for day in ("0001-01-01", "9999-12-31"):
        assert resident.get(reverse("booking:times", args=[draft.pk, "registry-pier", day])).status_code == 404


def test_somebody_elses_draft_and_ticket_do_not_exist(
    resident: CheckedClient, draft: Draft, town: Town, ferry: ServiceVersion
) -> None:
    case = booked(resident, draft)
    stranger = CheckedClient()
    stranger.force_login(town.neighbour.user)
    for address in (
        reverse("booking:places", args=[draft.pk]),
        reverse("booking:ticket", args=[case.reference]),
        reverse("booking:re-places", args=[case.reference]),
    ):
        assert stranger.get(address).status_code == 404
    assert stranger.get(reverse("booking:desk-today")).status_code == 403


def test_the_day_of_the_venue(officer: CheckedClient, ferry: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(ferry)
    booking = holding(town.resident, ferry, slot)
    assert booking.draft
    case = case_actions.submit(by=acting(town.resident), draft=booking.draft, confirm=True)
    with current_time.freeze(slot.starts_at + timedelta(minutes=1)):
        today = officer.get(reverse("booking:desk-today"))
        assert "registry-pier" in text(today)
        response = officer.get(reverse("booking:desk-check-in"), {"code": case.reference.lower()})
        assert "Warga Contoh" in text(response)
        day = officer.post(reverse("booking:desk-check-in"), {"code": case.reference}, follow=True)
        assert "number A001" in text(day)
        walk_in = officer.post(reverse("booking:desk-walk-in", args=[slot.pk]), follow=True)
        assert "number W001" in text(walk_in)
        full = officer.post(reverse("booking:desk-walk-in", args=[slot.pk]), follow=True)
        assert "are taken" in text(full)
        called = officer.post(reverse("booking:desk-deed", args=[case.reference, "call"]), follow=True)
        assert "A001" in text(called)
        standing_text = text(CheckedClient().get(reverse("booking:standing", args=["ferry", "registry-pier"])))
        assert "A001" in standing_text
        officer.post(reverse("booking:desk-deed", args=[case.reference, "serve"]), follow=True)
    case.refresh_from_db()
    assert case.state == "served"
    assert not queries.inconsistent_quotas()


def test_closing_a_slot_moves_everybody_with_one_message(
    officer: CheckedClient, ferry: ServiceVersion, town: Town
) -> None:
    early, late = first_slots(ferry)
    Quota.objects.filter(slot=late, group="").update(capacity=1)
    cases = []
    for who in (town.resident, town.neighbour):
        booking = holding(who, ferry, early)
        assert booking.draft
        cases.append(case_actions.submit(by=acting(who), draft=booking.draft, confirm=True))
    address = reverse("booking:desk-close", args=[early.pk])
    assert officer.post(address, {"message": " "}).status_code == 422
    done = officer.post(address, {"message": "The boat is broken."}, follow=True)
    assert "2 bookings were moved" in text(done)
    first, second = (queries.of_case(case) for case in cases)
    assert first
    assert second
    assert (first.slot, second.slot != late) == (late, True)
    tracker = CheckedClient()
    tracker.force_login(town.resident.user)
    assert "The boat is broken." in text(tracker.get(reverse("cases:case", args=[cases[0].reference])))
    assert not queries.inconsistent_quotas()


def test_offers_are_told(ferry: ServiceVersion, town: Town, run_jobs: Callable[[], int]) -> None:
    [slot, *_] = first_slots(ferry)
    Quota.objects.filter(slot=slot).update(capacity=0)
    who = person("+628123400099", "Warga Menunggu")
    draft = filled(acting(who), ferry, who, answers())
    waiting = actions.join_waiting_list(by=acting(who), draft=draft, slot=slot, group="", party=1)
    Quota.objects.filter(slot=slot, group="").update(capacity=1)
    assert actions.offer_free_places(by=acting(who), slot=slot) == 1
    for _again in range(2):
        notifications.notify_offer(waiting.pk)
    run_jobs()
    messages = OutboxMessage.objects.filter(recipient="+628123400099")
    [message] = [each for each in messages if str(draft.pk) in each.text]
    assert message.text
    venue_actions.close_slot(
        by=acting(employed("+6281200000077", "Petugas", town.registry, "clerk")), slot=slot, message="Storm."
    )
    run_jobs()
    [closed] = OutboxMessage.objects.filter(recipient="+628123400099").exclude(pk=message.pk)
    assert "Storm." in closed.text
    assert str(draft.pk) in closed.text


def test_places_are_searched_by_name_and_show_distance_and_queue(resident, town, ferry, monkeypatch) -> None:
    monkeypatch.setattr(pages, "WEEK", 1)
    draft = filled(town.named("resident"), ferry, town.resident, answers())
    address = reverse("booking:places", args=[draft.pk])
    nearest = text(resident.get(address))
    assert "Nearest to Kampung Bukit" in nearest
    assert " km" in nearest or " m " in nearest
    named = text(resident.get(address, {"near": "registry-pier"}))
    assert len(free_links(named)) == 1
    assert resident.get(address, {"near": "nowhere at all"}).status_code == 422
    at = resident.post(address, {"lat": "-6.10", "lon": "106.8"})
    assert "Nearest to where you are" in text(at)
    assert "pier" in free_links(text(at))[0]
