"""Allocation: hold, confirm, wait; never oversold, lost or double."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kini.booking import actions, queries
from kini.booking.allocation import SlotFull
from kini.booking.models import Booking, Quota
from kini.cases import actions as case_actions
from kini.cases.models import Draft
from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.people.models import Resident
from kini.services.fields.dates import resolve_bound
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from kini.web import formats
from tests.booking.conftest import FLOW, SERVICE, answers, first_slots, holding
from tests.cases.town import BY, Town, acting, filled, offer, person


def free(ferry: ServiceVersion, slot_id: int, group: str = "", party: int = 1) -> queries.SlotAvailability:
    at = queries.venue(ferry.service, "registry-pier")
    assert at
    first = formats.today()
    availability = queries.slot_availability(
        ferry.service, at, queries.SlotSearch(first, first + timedelta(days=15), group, party)
    )
    return next(each for each in availability if each.slot == slot_id)


def test_slots_follow_the_schedule(ferry: ServiceVersion) -> None:
    slots = list(ferry.service.slots.all())
    assert {(slot.ends_at - slot.starts_at).seconds for slot in slots} == {3600}
    assert {slot.starts_at.astimezone().weekday() for slot in slots} <= set(range(5))
    assert {quota.group: quota.capacity for quota in slots[0].quotas.all()} == {"": 9, "elderly": 2, "walk-in": 1}
    assert actions.open_slots(by=BY, service=ferry.service) == 0, "done again it does nothing"


def test_what_is_held_becomes_the_booking_of_the_case(draft: Draft, ferry: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(ferry)
    reserved = actions.hold_slot(by=town.named("resident"), draft=draft, slot=slot, group="", party=1)
    assert reserved.state == "held"
    assert reserved.expires_at
    assert free(ferry, slot.pk).free == 8
    case = case_actions.submit(by=town.named("resident"), draft=draft, confirm=True)
    booking = queries.of_case(case)
    assert booking
    assert (booking.state, booking.reference, booking.expires_at) == ("confirmed", case.reference, None)
    assert case.unit_id == "registry-pier"
    assert free(ferry, slot.pk).free == 8
    assert not queries.inconsistent_quotas()


def test_without_a_time_there_is_no_case(draft: Draft, town: Town) -> None:
    with pytest.raises(ActionRefused, match="Choose a place and a time"):
        case_actions.submit(by=town.named("resident"), draft=draft, confirm=True)
    draft.refresh_from_db()
    assert draft.case is None


def test_a_hold_that_ran_out_makes_room_without_any_worker(ferry: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(ferry)
    for number in range(3):
        holding(person(f"+62812340000{number}0", f"Warga {number}"), ferry, slot, 3)
    assert free(ferry, slot.pk).state == "full"
    with pytest.raises(SlotFull):
        holding(town.resident, ferry, slot)
    with current_time.freeze(current_time.now() + timedelta(minutes=11)):
        assert free(ferry, slot.pk).free == 9
        assert holding(town.resident, ferry, slot).state == "held"
    assert Booking.objects.filter(state="expired").count() == 3
    assert not queries.inconsistent_quotas()


def test_who_is_refused_a_place_keeps_what_they_hold(ferry: ServiceVersion, town: Town) -> None:
    one, other = first_slots(ferry, 2)
    for number in range(3):
        holding(person(f"+62812340000{number}0", f"Warga {number}"), ferry, other, 3)
    booking = holding(town.resident, ferry, one)
    with pytest.raises(SlotFull):
        holding(town.resident, ferry, other)
    booking.refresh_from_db()
    assert booking.state == "held"
    again = holding(town.resident, ferry, one)
    assert free(ferry, one.pk).free == 8, "the same time again takes one place, not two"
    assert (Booking.objects.get(pk=booking.pk).state, again.state) == ("cancelled", "held")
    assert not queries.inconsistent_quotas()


def test_a_hold_that_ran_out_still_counts_while_nobody_took_it(draft: Draft, ferry: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(ferry)
    actions.hold_slot(by=town.named("resident"), draft=draft, slot=slot, group="", party=1)
    with current_time.freeze(current_time.now() + timedelta(minutes=11)):
        actions.expire_holds(by=BY)
        case = case_actions.submit(by=town.named("resident"), draft=draft, confirm=True)
        booking = queries.of_case(case)
    assert booking
    assert booking.state == "confirmed"
    assert not queries.inconsistent_quotas()


def test_groups_take_their_own_places_first_and_then_everybodys(ferry: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(ferry)
    people = [person(f"+6281234100{number:03}", f"Lansia {number}") for number in range(4)]
    for who in people[:3]:
        holding(who, ferry, slot, 1, "elderly")
    counts = dict(Quota.objects.filter(slot=slot).values_list("group", "taken"))
    assert counts == {"elderly": 2, "": 1, "walk-in": 0}
    holding(town.resident, ferry, slot, 4)
    holding(town.neighbour, ferry, slot, 4)
    with pytest.raises(SlotFull):
        holding(people[3], ferry, slot, 1)


def test_the_places_of_an_age_are_kept_for_those_who_have_it(ferry: ServiceVersion, town: Town) -> None:
    with_age = deepcopy(SERVICE)
    with_age["booking"]["groups"]["elderly"]["from_age"] = 60
    version = offer("ferry", with_age, Flow.model_validate(FLOW), 2)
    [slot, *_] = first_slots(version)
    sixty = resolve_bound("today-60y", formats.today())
    young, old = (person(f"+6281234200{number:03}", f"Lansia {number}") for number in range(2))
    for who, born in ((young, sixty + timedelta(days=1)), (old, sixty)):
        Resident.objects.filter(pk=who.pk).update(birth_date=born)
        who.refresh_from_db()
    for who in (young, old, town.neighbour):  # of the last one nobody knows when they were born
        holding(who, version, slot, 1, "elderly")
    assert dict(Quota.objects.filter(slot=slot).values_list("group", "taken")) == {"elderly": 2, "": 1, "walk-in": 0}


def test_the_same_person_books_once_a_day(ferry: ServiceVersion, town: Town) -> None:
    early, late = first_slots(ferry)
    case_actions.submit(by=acting(town.resident), draft=_held(town, ferry, early), confirm=True)
    with pytest.raises(ActionRefused, match="already have a booking in this period"):
        holding(town.resident, ferry, late)
    holding(town.neighbour, ferry, early)
    moved = holding(town.neighbour, ferry, late)
    assert Booking.objects.get(resident=town.neighbour, state="held") == moved, "the earlier hold is given up"


def _held(town: Town, ferry: ServiceVersion, slot: object) -> Draft:
    booking = holding(town.resident, ferry, slot)  # type: ignore[arg-type]
    assert booking.draft
    return booking.draft


def test_a_party_is_never_larger_than_allowed(ferry: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(ferry)
    with pytest.raises(ActionRefused, match="at most 4 people"):
        holding(town.resident, ferry, slot, 5)


def test_a_withdrawn_case_gives_its_place_back_to_whoever_waits(ferry: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(ferry)
    case = case_actions.submit(by=acting(town.resident), draft=_held(town, ferry, slot), confirm=True)
    for number in range(2):
        holding(person(f"+62812340000{number}0", f"Warga {number}"), ferry, slot, 4)
    assert free(ferry, slot.pk).state == "full"
    draft = filled(acting(town.neighbour), ferry, town.neighbour, answers())
    waiting = actions.join_waiting_list(by=acting(town.neighbour), draft=draft, slot=slot, group="", party=1)
    case_actions.withdraw(by=acting(town.resident), case=case)
    waiting.refresh_from_db()
    assert waiting.state == "offered"
    assert waiting.expires_at
    with pytest.raises(SlotFull):
        holding(town.resident, ferry, slot)
    counts = case_actions.submit(by=acting(town.neighbour), draft=draft, confirm=True)
    assert queries.of_case(counts) == waiting
    assert not queries.inconsistent_quotas()


def test_an_offer_that_ran_out_goes_to_the_next(ferry: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(ferry)
    case = case_actions.submit(by=acting(town.resident), draft=_held(town, ferry, slot), confirm=True)
    Quota.objects.filter(slot=slot, group="").update(capacity=1)
    entries = []
    for who in (town.neighbour, person("+628123400011", "Warga Ketiga")):
        draft = filled(acting(who), ferry, who, answers())
        entries.append(actions.join_waiting_list(by=acting(who), draft=draft, slot=slot, group="", party=1))
    case_actions.withdraw(by=acting(town.resident), case=case)
    with current_time.freeze(current_time.now() + timedelta(hours=2, minutes=1)):
        actions.expire_holds(by=BY)
    assert [Booking.objects.get(pk=each.pk).state for each in entries] == ["expired", "offered"]
    assert not queries.inconsistent_quotas()


def test_a_booking_is_taken_to_another_time_in_one_step(ferry: ServiceVersion, town: Town) -> None:
    early, late = first_slots(ferry)
    case = case_actions.submit(by=acting(town.resident), draft=_held(town, ferry, early), confirm=True)
    Quota.objects.filter(slot=late, group="").update(capacity=0)
    with pytest.raises(SlotFull):
        actions.reschedule(by=acting(town.resident), case=case, slot=late)
    assert free(ferry, early.pk).free == 8
    Quota.objects.filter(slot=late, group="").update(capacity=1)
    moved = actions.reschedule(by=acting(town.resident), case=case, slot=late)
    assert moved.slot == late
    assert (free(ferry, early.pk).free, free(ferry, late.pk).state) == (9, "full")
    assert not queries.inconsistent_quotas()


def test_the_database_itself_refuses_what_must_not_be(ferry: ServiceVersion, town: Town) -> None:
    early, late = first_slots(ferry)
    booking = holding(town.resident, ferry, early)
    bad = [
        {"quota": late.quotas.get(group="")},
        {"quota": None},
        {"party": 0},
        {"party": 10},
        {"expires_at": None},
        {"state": "confirmed"},
        {"state": "arrived", "expires_at": None},
    ]
    for change in bad:
        with pytest.raises(IntegrityError), transaction.atomic():
            Booking.objects.filter(pk=booking.pk).update(**change)
    other = holding(town.neighbour, ferry, early)
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=other.pk).update(resident=town.resident)
    with pytest.raises(IntegrityError), transaction.atomic():
        Quota.objects.filter(pk=booking.quota_id).update(capacity=1)
    booking.delete()
    assert not queries.inconsistent_quotas()
