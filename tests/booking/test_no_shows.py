"""No-shows: marked automatically where others were checked in; consequences follow a dated rule."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest

from kini.booking import actions, jobs, queries, rules, venue_actions
from kini.booking.models import Booking, Slot
from kini.cases import actions as case_actions
from kini.cases.models import Case
from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed
from kini.people.models import Resident
from kini.services.flows import Flow
from kini.services.kinds import kinds
from kini.services.models import ServiceVersion
from tests.booking.conftest import FLOW, SERVICE, first_slots, holding
from tests.cases.town import BY, Town, acting, offer, person

RULE = {"since": "2026-01-01", "after_minutes": 60, "times": 2, "within_days": 30, "pause_days": 10}


@pytest.fixture
def strict(town: Town) -> ServiceVersion:
    """The ferry, where missed bookings count."""
    service = SERVICE | {"booking": SERVICE["booking"] | {"missed": [RULE]}}
    version = offer("ferry", service, Flow.model_validate(FLOW))
    actions.open_slots(by=BY, service=version.service)
    return version


@pytest.fixture
def patient(town: Town) -> ServiceVersion:
    """The ferry with a lapse move in its flow."""
    moves = FLOW["states"]["booked"]["moves"] | {"lapse": {"to": "over", "by": "system", "label": "Passed"}}
    over = FLOW["states"]["missed"] | {"name": "Over", "does": "It is over."}
    states = FLOW["states"] | {"booked": FLOW["states"]["booked"] | {"moves": moves}, "over": over}
    version = offer("ferry", SERVICE, Flow.model_validate(FLOW | {"states": states}))
    actions.open_slots(by=BY, service=version.service)
    return version


def booked(who: Resident, version: ServiceVersion, slot: Slot) -> Case:
    booking = holding(who, version, slot)
    assert booking.draft
    return case_actions.submit(by=acting(who), draft=booking.draft, confirm=True)


@contextmanager
def passed(slot: Slot, minutes: int) -> Iterator[None]:
    """Time after the end of a slot."""
    with current_time.freeze(slot.ends_at + timedelta(minutes=minutes)):
        yield


def someone_is_there(town: Town, version: ServiceVersion, slot: Slot) -> None:
    """Another passenger is checked in."""
    other = queries.of_case(booked(town.neighbour, version, slot))
    assert other
    with current_time.freeze(slot.starts_at):
        venue_actions.check_in(by=acting(town.clerk), booking=other)


def walked_in(town: Town, slot: Slot) -> Booking:
    with current_time.freeze(slot.starts_at):
        return venue_actions.admit_walk_in(by=acting(town.clerk), slot=slot)


def test_who_was_not_there_is_marked_when_the_time_is_long_over(strict: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(strict)
    case = booked(town.resident, strict, slot)
    someone_is_there(town, strict, slot)
    with passed(slot, 59):
        jobs.mark_missed()
        case.refresh_from_db()
        assert case.state == "booked", "an officer still has time to check in"
    with passed(slot, 61):
        jobs.mark_missed()
        jobs.mark_missed()
    case.refresh_from_db()
    assert (case.state, case.timeline.filter(move="miss").count()) == ("missed", 1)
    assert queries.of_case(case).state == "missed"
    assert Booking.objects.get(resident=town.neighbour).state == "arrived", "who was there is not"
    assert not queries.inconsistent_quotas()


def test_a_day_without_any_check_in_says_nothing(strict: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(strict)
    case = booked(town.resident, strict, slot)
    with passed(slot, 600):
        jobs.mark_missed()
    case.refresh_from_db()
    assert case.state == "booked"


def test_without_a_rule_only_officers_say_who_did_not_come(ferry: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(ferry)
    case = booked(town.resident, ferry, slot)
    someone_is_there(town, ferry, slot)
    with passed(slot, 600):
        jobs.mark_missed()
    case.refresh_from_db()
    assert case.state == "booked"


def test_who_often_does_not_come_waits_before_booking_again(strict: ServiceVersion, town: Town) -> None:
    slots = first_slots(strict, 12)
    days = {slot.starts_at.date(): slot for slot in slots}
    first, second, third, *_ = (days[day] for day in sorted(days))
    for slot in (first, second):
        booking = queries.of_case(booked(town.resident, strict, slot))
        with passed(slot, 61):
            venue_actions.record_outcome(by=BY, booking=booking, used=False)
    with current_time.freeze(second.ends_at), pytest.raises(ActionRefused, match="missed several bookings"):
        holding(town.resident, strict, third)
    someone = person("+6281234000099", "Warga lain")
    with current_time.freeze(second.ends_at):
        assert holding(someone, strict, third).state == "held", "others are not held to it"


def test_a_wrong_mark_is_taken_back_and_counts_no_more(strict: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(strict)
    case = booked(town.resident, strict, slot)
    booking = queries.of_case(case)
    with pytest.raises(ActionRefused, match="not marked as missed"):
        venue_actions.undo_no_show(by=acting(town.clerk), booking=booking)
    with passed(slot, 61):
        case_actions.move(by=BY, case=case, move="miss")
        with pytest.raises(NotAllowed):
            venue_actions.undo_no_show(by=acting(town.resident), booking=booking)
        venue_actions.undo_no_show(by=acting(town.clerk), booking=booking)
    case.refresh_from_db()
    assert queries.of_case(case).state == "served"
    assert case.timeline.filter(sort="was-there").count() == 1
    assert queries.paused_until(strict.service, town.resident) is None
    assert not queries.inconsistent_quotas()


def test_nobody_marks_by_hand_what_the_program_marks(strict: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(strict)
    booking = queries.of_case(booked(town.resident, strict, slot))
    with pytest.raises(NotAllowed):
        venue_actions.mark_no_show(by=acting(town.clerk), booking=booking)
    assert venue_actions.mark_no_show(by=BY, booking=booking) is False, "it is not over yet"


def test_a_day_after_its_time_a_booking_ends_by_itself(patient: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(patient)
    case = booked(town.resident, patient, slot)
    someone_is_there(town, patient, slot)
    with passed(slot, 23 * 60):
        jobs.let_lapse()
        case.refresh_from_db()
        assert case.state == "booked", "officers still write down who came"
    with passed(slot, 25 * 60):
        jobs.let_lapse()
        jobs.let_lapse()
    case.refresh_from_db()
    assert (case.state, case.timeline.filter(move="lapse").count()) == ("over", 1)
    assert case.closed_at, "it waits for nobody any more"
    there = Booking.objects.get(resident=town.neighbour)
    assert (there.state, there.case.state) == ("served", "served"), "who was checked in was there"
    assert queries.paused_until(patient.service, town.resident) is None, "nobody said that they did not come"
    assert not queries.inconsistent_quotas()


def test_where_an_officer_must_say_how_it_went_no_time_does(ferry: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(ferry)
    case = booked(town.resident, ferry, slot)
    unbooked = walked_in(town, slot)
    with passed(slot, 25 * 60):
        jobs.let_lapse()
        assert kinds.get("booking").panel(case)[1]["passed"], "the resident reads that it is still to be noted"
    case.refresh_from_db()
    unbooked.refresh_from_db()
    assert (case.state, unbooked.state) == ("booked", "served")
    with pytest.raises(NotAllowed):
        venue_actions.lapse_booking(by=acting(town.clerk), booking=queries.of_case(case))


@pytest.mark.parametrize(
    ("missed", "until"),
    [
        ([], None),
        ([date(2026, 3, 1)], None),
        ([date(2026, 3, 1), date(2026, 3, 9)], date(2026, 3, 19)),
        ([date(2026, 2, 1), date(2026, 2, 9)], None),
    ],
)
def test_a_pause_ends(missed: list[date], until: date | None) -> None:
    assert rules.pause_end(missed, 2, 10, date(2026, 3, 10)) == until
