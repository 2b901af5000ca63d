"""Made-up volunteers of a demo: groups' activities, sign-ups, shifts that are over with hours and absences."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from random import Random
from uuid import UUID

from django.utils.translation import gettext as _

from kini.city.models import Area
from kini.core import current_time
from kini.core.actors import ActionRefused, Actor
from kini.people import actions as people_actions
from kini.people.public import contacts
from kini.together.models import Giver
from kini.together.volunteers import actions
from kini.together.volunteers.models import Activity, Shift, SignUp, Volunteer
from kini.web.formats import today

VOLUNTEERS, DAYS = 24, 21
#: Weekdays, hour, minutes and roles of the activities.
_PLANS = (
    ((6,), 7, 150, (1, 8)),
    ((2, 5), 15, 120, (2, 4)),
    ((7,), 6, 180, (2, 10)),
    ((1, 3), 18, 90, (1, 3)),
    ((6, 7), 9, 240, (3, 12)),
)


def fill(by: Actor, officer: Actor, givers: Sequence[Giver], areas: Sequence[Area], random: Random) -> int:
    """Write activities, volunteers and three weeks of shifts; returns the number of sign-ups.

    Args:
        officer: releases the activities.
    """
    start = current_time.now() - timedelta(days=DAYS)
    with current_time.freeze(start):
        activities = [
            _activity(by, officer, random.choice(givers), random.choice(areas), number) for number in range(len(_PLANS))
        ]
        volunteers = [_volunteer(by, number) for number in range(VOLUNTEERS)]
        for shift in Shift.objects.filter(activity__in=activities).order_by("starts_at"):
            _sign_ups(by, random, shift, volunteers)
    actions.plan_shifts(by=by)
    now = current_time.now()
    over = SignUp.objects.filter(shift__activity__in=activities, shift__starts_at__lt=now, state="booked")
    for row in over.select_related("shift__activity__area", "shift__activity__giver", "volunteer__resident"):
        with current_time.freeze(row.shift.starts_at + timedelta(minutes=random.randint(-10, 20))):
            if random.random() < 0.9:  # noqa: PLR2004 -- most come
                actions.check_in(by=by, sign_up=row, code=row.shift.code)
                continue
        with current_time.freeze(row.shift.ends_at):
            actions.record_absence(by=officer, sign_up=row)
    return SignUp.objects.filter(shift__activity__in=activities).count()


def _activity(by: Actor, officer: Actor, giver: Giver, area: Area, number: int) -> Activity:
    names = (_("River clean-up"), _("Reading with children"), _("Public kitchen"), _("Homework help"), _("Parcels"))
    weekdays, hour, minutes, (drivers, helpers) = _PLANS[number]
    plan = actions.NewActivity(
        name=names[number],
        about=_("Bring water and sturdy shoes. Everything else is there."),
        area=area,
        meeting_point=f"RW {1 + number:02}",
        first_day=today(),
        last_day=today() + timedelta(days=120),
        begins=time(hour),
        minutes=minutes,
        weekdays=weekdays,
        minimum_age=13 if number else 0,
        with_children=number == 1,
    )
    roles = {_("coordinator"): drivers, _("helper"): helpers}
    activity = actions.record_activity(by=by, giver=giver, activity=plan, roles=roles)
    return actions.release_activity(by=officer, activity=activity)


def _volunteer(by: Actor, number: int) -> Volunteer:
    user = people_actions.open_account(by=by, contact=contacts.Contact("email", f"volunteer-{number}@demo.invalid"))
    resident = people_actions.ensure_resident(by=by, user=user)
    details = people_actions.Details(name=f"{_('Example volunteer')} {number + 1}")
    resident = people_actions.save_profile(by=by, resident=resident, details=details)
    born = date(1985, 1, 1)
    return actions.ensure_volunteer(by=by, resident=resident, emergency_contact=_("Example neighbour"), birth_date=born)


def _sign_ups(by: Actor, random: Random, shift: Shift, volunteers: Sequence[Volunteer]) -> None:
    for volunteer in random.sample(volunteers, random.randint(1, 5)):
        role = random.choice(list(shift.roles.select_related("shift__activity__area", "shift__activity__giver")))
        try:
            actions.sign_up(by=by, volunteer=volunteer, role=role, key=UUID(int=random.getrandbits(128)))
        except ActionRefused:
            continue  # as people are refused: full, or not screened
