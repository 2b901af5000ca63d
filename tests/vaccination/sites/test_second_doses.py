"""Doses kept for second appointments, people called for doses that are left, and the plan of opened vials."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.booking.models import Booking
from kini.core import current_time
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.people.models import Resident, User
from kini.vaccination.sites import appointments, second_doses, session_plan, standby, stock, verification
from kini.vaccination.sites.models import SecondDose, Session, StandbyRequest
from kini.vaccination.sites.second_doses import KeptDose
from kini.vaccination.sites.vial_plan import plan_vials
from kini.web.formats import today
from tests.vaccination.sites.conftest import BY, DOSE, District, begin

Sound = Callable[[], None]


def dose(days: int = 28) -> KeptDose:
    day = today() + timedelta(days=days)
    return KeptDose("covid-19", "sinovac", DOSE, day, day + timedelta(days=28))


def check(sound: Sound) -> None:
    sound()
    assert list(verification.differences()) == []


def test_a_second_dose_is_kept_and_taken_beyond_the_places_of_others(district: District, sound: Sound) -> None:
    district.receive(1)
    first = uuid4()
    for _ in range(2):
        second_doses.keep(by=BY, site=district.one, first_dose=first, dose=dose())
    assert (district.doses("second"), district.doses("free")) == (DOSE, 9 * DOSE)
    session = district.session(9)
    for _ in range(9):
        appointments.take_place(by=BY, slot=session.pk, groups=[""], period=str(uuid4()))
    reference = second_doses.take_kept_place(by=BY, first_dose=first, slot=session.pk, period="two")
    booking = Booking.objects.get(reference=reference)
    assert (booking.group, district.doses("second")) == ("second", 0)
    check(sound)
    assert second_doses.give_up_kept_place(by=BY, booking=booking)
    assert district.doses("second") == DOSE, "it stays kept for another appointment"
    check(sound)
    assert second_doses.release(by=BY, first_dose=first)
    assert not second_doses.release(by=BY, first_dose=first)
    assert district.doses("free") == DOSE
    check(sound)


def test_a_dose_that_is_not_there_yet_is_kept_at_the_next_delivery(district: District, sound: Sound) -> None:
    late, early = uuid4(), uuid4()
    second_doses.keep(by=BY, site=district.one, first_dose=late, dose=dose(60))
    second_doses.keep(by=BY, site=district.one, first_dose=early, dose=dose())
    assert not SecondDose.objects.filter(kept=True).exists()
    district.lot.vial_ul = DOSE
    district.lot.save()
    district.receive(1)
    assert second_doses.keep_waiting(by=BY, site=district.one) == 1
    assert SecondDose.objects.get(kept=True).first_dose == early
    check(sound)


def test_who_goes_elsewhere_frees_the_kept_dose(district: District, sound: Sound) -> None:
    district.receive(1)
    district.receive(1, district.other)
    first = uuid4()
    second_doses.keep(by=BY, site=district.one, first_dose=first, dose=dose())
    elsewhere = district.session(2, district.other)
    second_doses.take_kept_place(by=BY, first_dose=first, slot=elsewhere.pk, period="two")
    assert (district.doses("second"), district.doses("free")) == (0, 10 * DOSE)
    assert SecondDose.objects.get().ended_because == "released"
    check(sound)


def test_a_dose_lapses_after_its_last_day(district: District, sound: Sound) -> None:
    district.receive(1)
    second_doses.keep(by=BY, site=district.one, first_dose=uuid4(), dose=dose(-60))
    assert second_doses.release_lapsed(by=BY) == 1
    assert second_doses.release_lapsed(by=BY) == 0
    assert district.doses("free") == 10 * DOSE
    check(sound)


@pytest.fixture
def evening(district: District) -> Session:
    """A session that ends soon, with an opened vial of which three doses are left, and five people on the list."""
    district.receive(2)
    session = district.session(7)
    begin(session)
    for _ in range(7):
        stock.give(by=BY, site=district.one, lot=district.lot, volume_ul=DOSE, key=uuid4())
    for number in range(5):
        user = User.objects.create(email=f"standby-{number}@example.org", password="!")
        resident = Resident.objects.create(user=user, name=f"Warga {number}")
        standby.join(
            by=Actor(ActorKind.RESIDENT, user.pk), person=resident.person, user=user, site=district.one,
            campaign="covid-19", vaccines=["sinovac"],
        )  # fmt: skip
    return session


def states() -> list[str]:
    return list(StandbyRequest.objects.order_by("made_at", "pk").values_list("state", flat=True))


def test_left_over_doses_are_offered_once_each_in_order(district: District, evening: Session, sound: Sound) -> None:
    assert standby.call_next(by=BY, site=district.one) == 3
    assert standby.call_next(by=BY, site=district.one) == 0
    assert states() == ["called", "called", "called", "waiting", "waiting"]
    check(sound)
    first, second, third, *_ = StandbyRequest.objects.order_by("made_at", "pk")
    with pytest.raises(NotAllowed):
        standby.answer_call(by=Actor(ActorKind.RESIDENT, second.user_id), request=first, coming=True)
    for _ in range(2):
        answered = standby.answer_call(by=Actor(ActorKind.RESIDENT, first.user_id), request=first, coming=True)
    assert answered.booking
    assert answered.booking.group == "standby"
    standby.answer_call(by=BY, request=second, coming=False)
    StandbyRequest.objects.filter(pk=third.pk).update(answer_by=current_time.now() - timedelta(minutes=1))
    with pytest.raises(ActionRefused, match="next person"):
        standby.answer_call(by=BY, request=third, coming=True)
    assert standby.lapse_calls(by=BY, site=district.one) == 1
    assert standby.call_next(by=BY, site=district.one) == 2
    assert states() == ["coming", "declined", "lapsed", "called", "called"]
    check(sound)
    stock.give(by=BY, site=district.one, lot=district.lot, volume_ul=DOSE, key=uuid4(), booking=answered.booking)
    check(sound)


def test_nobody_is_twice_on_a_list(district: District, evening: Session) -> None:
    request = StandbyRequest.objects.select_related("person", "user").first()
    assert request
    with pytest.raises(ActionRefused, match="already"):
        standby.join(
            by=BY, person=request.person, user=request.user, site=district.other, campaign="covid-19",
            vaccines=["sinovac"],
        )  # fmt: skip


def test_only_the_system_moves_promises(district: District) -> None:
    resident = Actor(ActorKind.RESIDENT, 1)
    district.receive(1)
    session = district.session(1)
    for deed in (
        lambda: second_doses.keep(by=resident, site=district.one, first_dose=uuid4(), dose=dose()),
        lambda: session_plan.settle(by=resident, session=session),
        lambda: session_plan.open_sessions(by=resident, site=district.one, campaign="covid-19"),
        lambda: standby.call_next(by=resident, site=district.one),
    ):
        with pytest.raises(NotAllowed):
            deed()


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 30), st.integers(1, 20))
def test_a_plan_of_vials_serves_everybody_and_wastes_less_than_a_vial(
    present: int, expected: int, left: int, per_vial: int
) -> None:
    plan = plan_vials(present, expected, left, per_vial)
    assert left + plan.open_now * per_vial >= present
    assert plan.until_closing >= plan.open_now
    assert plan.left_over == left + plan.until_closing * per_vial - present - expected >= 0
    assert not plan.until_closing or plan.left_over < per_vial
