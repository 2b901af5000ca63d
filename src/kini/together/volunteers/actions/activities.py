"""Activities and their shifts: recorded, released by somebody else, planned weeks ahead, changed, cancelled."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, time, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kini.city.models import Area
from kini.city.public import pack
from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed, require_system
from kini.people.rules import may_in_area
from kini.together.action_guards import acts_for_giver
from kini.together.help_refusals import constraints_as_refusals
from kini.together.models import Giver
from kini.together.permissions import HelpPermission
from kini.together.volunteers import rules
from kini.together.volunteers.events import ShiftCancelled
from kini.together.volunteers.guards import is_officer_of, require_organizer
from kini.together.volunteers.models import Activity, ActivityRole, Shift, ShiftRole, SignUp
from kini.web.formats import today

#: Time ahead for which shifts are made, and the shortest time before one.
AHEAD, NOT_WITHIN = timedelta(days=28), timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class NewActivity:
    """An activity to record; fields as in `Activity`."""

    name: str
    about: str
    area: Area
    meeting_point: str
    first_day: date
    last_day: date
    begins: time
    minutes: int
    weekdays: tuple[int, ...] = ()
    every_weeks: int = 1
    minimum_age: int = 0
    with_children: bool = False


@action
def record_activity(*, by: Actor, giver: Giver | None, activity: NewActivity, roles: Mapping[str, int]) -> Activity:
    """Record an activity of a group, firm or aggregator, or, without a giver, of the officers of the area.

    Args:
        roles: number of volunteers by name of the role.

    Raises:
        NotAllowed: anybody but the giver's side or an officer of the area.
        ActionRefused: a name, day, time or role is missing or impossible, or the giver is suspended.
    """
    if giver is None or not acts_for_giver(by, giver):
        _require_officer(by, activity.area)
    if giver and (giver.kind == "person" or giver.suspended_at):
        raise ActionRefused(_("Only a group, firm or aggregator that may give can organize activities."))
    _check(activity, roles)
    row = Activity.objects.create(
        giver=giver, created_by_id=by.user_id, created_at=current_time.now(), **_values(activity)
    )
    ActivityRole.objects.bulk_create(
        ActivityRole(activity=row, name=name, capacity=count) for name, count in roles.items()
    )
    audit.record(by=by, action="together.activity-recorded", subject=f"activity:{row.pk}")
    return row


@action
def release_activity(*, by: Actor, activity: Activity) -> Activity:
    """Release an activity: it is public, and its next shifts take sign-ups.

    Raises:
        NotAllowed: anybody but an officer of the area who is not of the organizer's side.
        ActionRefused: the officer recorded it, or it is released or has ended.
    """
    if not is_officer_of(by, activity) or (activity.giver and acts_for_giver(by, activity.giver)):
        raise NotAllowed(_("An officer of the area who is not an organizer releases activities."))
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    if activity.released_at or activity.ended_at:
        raise ActionRefused(_("This activity was released already, or has ended."))
    activity.released_at, activity.released_by_id = current_time.now(), by.user_id
    with constraints_as_refusals():
        activity.save(update_fields=["released_at", "released_by"])
    audit.record(by=by, action="together.activity-released", subject=f"activity:{activity.pk}")
    _plan(activity)
    return activity


@action
def change_activity(*, by: Actor, activity: Activity, change: NewActivity) -> Activity:
    """Change an activity from now on. Future shifts follow; one with people in it stays as it was.

    What organizers changed is released by an officer again before it takes sign-ups.

    Raises:
        NotAllowed: anybody but organizers and officers of the area.
        ActionRefused: as in `record_activity`, or when it has ended.
    """
    side = require_organizer(by, activity)
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    if activity.ended_at:
        raise ActionRefused(_("This activity has ended."))
    _check(change, {each.name: each.capacity for each in activity.roles.all()})
    for name, value in _values(change).items():
        setattr(activity, name, value)
    if side == "organizer":
        activity.released_at = activity.released_by = None
    activity.save()
    _future_shifts(activity).filter(sign_ups=None).delete()
    audit.record(by=by, action="together.activity-changed", subject=f"activity:{activity.pk}")
    if activity.released_at:
        _plan(activity)
    return activity


@action
def end_activity(*, by: Actor, activity: Activity) -> Activity:
    """End an activity: shifts without people are deleted, the others take place or are cancelled one by one.

    Raises:
        NotAllowed: anybody but organizers and officers of the area.
    """
    require_organizer(by, activity)
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    activity.ended_at = activity.ended_at or current_time.now()
    activity.save(update_fields=["ended_at"])
    _future_shifts(activity).filter(sign_ups=None).delete()
    audit.record(by=by, action="together.activity-ended", subject=f"activity:{activity.pk}")
    return activity


@action
def plan_shifts(*, by: Actor) -> int:
    """Make the shifts of the next four weeks; returns their number. Idempotent.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    running = Activity.objects.filter(released_at__isnull=False, ended_at=None, last_day__gte=today())
    count = sum(_plan(each) for each in running.prefetch_related("roles").order_by("pk"))
    if count:
        audit.record(by=by, action="together.shifts-planned", subject="activity:all", detail={"shifts": count})
    return count


@action
def cancel_shift(*, by: Actor, shift: Shift, reason: str) -> int:
    """Cancel a shift that has not begun; those who signed up get a message. Returns their number.

    Raises:
        NotAllowed: anybody but organizers and officers of the area.
        ActionRefused: without a reason, or when it has begun or was cancelled.
    """
    require_organizer(by, shift.activity)
    if not reason.strip():
        raise ActionRefused(_("Enter the reason."))
    shift = Shift.objects.select_for_update().get(pk=shift.pk)
    now = current_time.now()
    if shift.cancelled_at or shift.starts_at <= now:
        raise ActionRefused(_("This shift has begun, or was cancelled already."))
    shift.cancelled_at, shift.cancelled_because = now, reason.strip()[:240]
    shift.save(update_fields=["cancelled_at", "cancelled_because"])
    booked = list(shift.sign_ups.filter(state="booked").order_by("pk").values_list("pk", flat=True))
    SignUp.objects.filter(pk__in=booked).update(state="cancelled", changed_at=now)
    audit.record(by=by, action="together.shift-cancelled", subject=f"shift:{shift.pk}", detail={"people": len(booked)})
    for each in booked:
        events.publish(ShiftCancelled(each))
    return len(booked)


def _require_officer(by: Actor, area: Area) -> None:
    if not may_in_area(by, HelpPermission.MANAGE_VOLUNTEERS, area.path):
        raise NotAllowed(_("Only officers of the area, and members of the group, may record an activity."))


def _values(activity: NewActivity) -> dict[str, object]:
    values = {name: value for name, value in asdict(activity).items() if name != "area"}
    return values | {"area": activity.area, "weekdays": sorted(set(activity.weekdays))}


def _check(activity: NewActivity, roles: Mapping[str, int]) -> None:
    if not activity.name.strip() or not activity.meeting_point.strip():
        raise ActionRefused(_("Enter the name of the activity and where volunteers meet."))
    if activity.last_day < activity.first_day or activity.last_day < today():
        raise ActionRefused(_("The last day must not be before the first day, nor before today."))
    if not 15 <= activity.minutes <= 1440:  # noqa: PLR2004 -- a quarter of an hour to a day
        raise ActionRefused(_("A shift lasts from 15 minutes to 24 hours."))
    if not roles or min(roles.values()) < 1:
        raise ActionRefused(_("Enter at least one role and how many volunteers it needs."))


def _future_shifts(activity: Activity) -> QuerySet[Shift]:
    return activity.shifts.filter(starts_at__gt=current_time.now())


def _plan(activity: Activity) -> int:
    """Make the missing shifts of the next weeks, but none that begins within minutes."""
    now, zone, first = current_time.now(), pack.current().timezone, today()
    planned = set(activity.shifts.filter(day__gte=first).values_list("day", flat=True))
    count = 0
    for day in rules.days_of(
        activity.first_day, activity.last_day, activity.weekdays, activity.every_weeks, first, first + AHEAD
    ):
        starts_at, ends_at = rules.span(day, activity.begins, activity.minutes, zone)
        if day in planned or starts_at < now + NOT_WITHIN:
            continue
        code = f"{secrets.randbelow(1_000_000):06}"
        shift = Shift.objects.create(activity=activity, day=day, starts_at=starts_at, ends_at=ends_at, code=code)
        ShiftRole.objects.bulk_create(
            ShiftRole(shift=shift, name=each.name, capacity=each.capacity) for each in activity.roles.all()
        )
        count += 1
    return count
