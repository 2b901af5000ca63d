"""Reads of this part: open shifts, shifts elsewhere, a volunteer's shifts and hours, groups' activities."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from kini.core import current_time
from kini.core.actors import Actor
from kini.people.models import Resident, User
from kini.people.queries import family_of
from kini.together.permissions import HelpPermission
from kini.together.volunteers.models import Activity, Shift, ShiftRole, SignUp, Volunteer
from kini.web import formats


@dataclass(frozen=True, slots=True)
class ServedHours:
    """Hours of a volunteer in an activity: first and last day, shifts, minutes."""

    activity: str
    first: date
    last: date
    shifts: int
    minutes: int


def open_activities(area: str = "") -> QuerySet[Activity]:
    """Released activities with a coming shift, the next one first.

    Args:
        area: path of an area; with all areas below it.
    """
    coming = Q(shifts__starts_at__gt=current_time.now(), shifts__cancelled_at=None)
    rows = Activity.objects.filter(released_at__isnull=False, ended_at=None)
    if area:
        rows = rows.filter(Q(area__path=area) | Q(area__path__startswith=f"{area}/"))
    rows = rows.annotate(next_start=Min("shifts__starts_at", filter=coming)).filter(next_start__isnull=False)
    return rows.select_related("area", "giver").order_by("next_start", "pk")


def coming_shifts(activity: Activity) -> list[Shift]:
    """Shifts that take sign-ups, with their roles."""
    rows = activity.shifts.filter(starts_at__gt=current_time.now(), cancelled_at=None)
    return list(rows.prefetch_related("roles").order_by("starts_at"))


def free_places(activities: Iterable[Activity]) -> dict[int, int]:
    """Free places of coming shifts, by activity."""
    rows = ShiftRole.objects.filter(
        shift__activity__in=list(activities), shift__starts_at__gt=current_time.now(), shift__cancelled_at=None
    )
    sums = rows.values_list("shift__activity").annotate(free=Sum(F("capacity") - F("taken"))).order_by()
    return dict(sums)


def elsewhere(shift: Shift) -> str:
    """Sentence with the next shift of the same activity that has a free place; empty if there is none."""
    rows = ShiftRole.objects.filter(
        shift__activity=shift.activity_id, shift__starts_at__gt=current_time.now(), shift__cancelled_at=None,
        taken__lt=F("capacity"),
    ).exclude(shift=shift)  # fmt: skip
    free = rows.select_related("shift").order_by("shift__starts_at").first()
    if free is None:
        return ""
    words = {"moment": formats.moment(free.shift.starts_at), "role": free.name}
    return _("There is room on %(moment)s: %(role)s.") % words


def family_volunteers(resident: Resident) -> list[Resident]:
    """The resident, then the members of the family for whom they may act."""
    ties = family_of(resident).filter(member__user__isnull=True).order_by("pk")
    return [resident, *(tie.member for tie in ties)]


def sign_ups_of(residents: Iterable[Resident]) -> QuerySet[SignUp]:
    """Sign-ups of these residents, the latest shift first."""
    rows = SignUp.objects.filter(volunteer__resident__in=[each.pk for each in residents])
    related = ("shift__activity__area", "shift__activity__giver", "volunteer__resident", "role")
    return rows.select_related(*related).order_by("-shift__starts_at", "-pk")


def served_hours(volunteer: Volunteer) -> list[ServedHours]:
    """Hours of shifts that are over, by activity."""
    rows = volunteer.sign_ups.filter(state="attended", shift__ends_at__lte=current_time.now())
    sums = rows.values_list("shift__activity__name").annotate(
        first=Min("shift__day"), last=Max("shift__day"), shifts=Count("pk"), minutes=Sum("minutes")
    )
    return [ServedHours(*values) for values in sums.order_by("first", "shift__activity__name")]


def account_of(resident: Resident) -> User | None:
    """Account that gets messages for a resident: their own, or that of the family member who listed them."""
    if resident.user:
        return resident.user
    tie = resident.tied_by.filter(resident__user__isnull=False).select_related("resident__user").order_by("pk").first()
    return tie.resident.user if tie else None


def tomorrows_sign_ups() -> QuerySet[SignUp]:
    """Sign-ups for shifts that begin from now until the same time tomorrow."""
    now = current_time.now()
    rows = SignUp.objects.filter(
        state="booked", shift__starts_at__gt=now, shift__starts_at__lte=now + timedelta(days=1)
    )
    return rows.select_related("shift__activity", "volunteer__resident__user", "role").order_by("pk")


def activities_inside(by: Actor) -> QuerySet[Activity]:
    """Activities of the areas where an officer looks after volunteers."""
    paths = {grant.area_path for grant in by.grants if HelpPermission.MANAGE_VOLUNTEERS in grant.permissions}
    rows = Activity.objects.select_related("area", "giver")
    if "" in paths:
        return rows
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(area__path=path) | Q(area__path__startswith=f"{path}/")
    return rows.filter(condition)


def lock_sign_up(sign_up: SignUp) -> SignUp:
    """Lock a sign-up, and return it as it is now with what it is about."""
    related = ("shift__activity__area", "shift__activity__giver", "volunteer__resident", "role")
    return SignUp.objects.select_for_update(of=("self",)).select_related(*related).get(pk=sign_up.pk)
