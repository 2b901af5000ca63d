"""Actions on office days, the periods in which OAuth clients may act at the desk for an officer."""

from datetime import datetime, timedelta

from django.utils import timezone

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.people.models import OfficeDay, Officer, User

LONGEST_DAY = timedelta(hours=10)


@action
def open_office_day(*, by: Actor, user: User, until: datetime) -> None:
    """Begin an officer's office day, after a sign-in with the required factor. Does nothing for others.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    _program(by)
    officer = Officer.objects.filter(user=user, active=True).first()
    if officer is None:
        return
    OfficeDay.objects.update_or_create(officer=officer, defaults={"until": until, "seen_at": timezone.now()})
    detail = {"until": until.isoformat(timespec="seconds")}
    audit.record(by=by, action="people.office-day-begun", subject=f"user:{user.pk}", detail=detail)


@action
def touch_office_day(*, by: Actor, user_id: int) -> None:
    """Record activity of an officer, in a browser or through a client.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    _program(by)
    now = timezone.now()
    OfficeDay.objects.filter(officer__user_id=user_id, until__gt=now).update(seen_at=now)


@action
def end_office_day(*, by: Actor, user: User) -> None:
    """End an officer's office day: clients cannot act at the desk until the next sign-in.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    _program(by)
    for day in OfficeDay.objects.filter(officer__user=user):
        day.delete()
        audit.record(by=by, action="people.office-day-ended", subject=f"user:{user.pk}")


def _program(by: Actor) -> None:
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("Office days begin and end with sign-ins.")
