"""The waiting room of a service in demand: somebody's turn, or their number and how long it takes about."""

from dataclasses import dataclass

from django.db import connection

from kini.booking import queries
from kini.core import moments
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind
from kini.services.models import Service

#: How long somebody who was let in may choose.
LASTS = "15 minutes"
#: How often the page of the waiting room asks again, in seconds.
AGAIN = 10
_TURN = "SELECT admitted, ahead, wait FROM kini_booking_turn(%s, %s, %s, %s, %s, %s::interval)"


@dataclass(frozen=True, slots=True)
class Waits:
    """It is not somebody's turn yet: their number in the waiting room, and about how many seconds it takes."""

    number: int
    seconds: int


def wait_for(by: Actor, service: Service) -> Waits | None:
    """Ask whether it is somebody's turn, where there are turns at all; officers and the program have none."""
    if queries.options_of(service).rush is None or by.kind is ActorKind.SYSTEM or by.is_officer:
        return None
    return ask(by=by, service=service)


@action
def ask(*, by: Actor, service: Service) -> Waits | None:
    """Ask whether it is somebody's turn to choose; None: it is.

    The turn itself is no change of anything that lasts, so it leaves no entry in the audit trail.
    """
    rush = queries.options_of(service).rush
    if rush is None:
        return None
    visitor = f"user {by.user_id}" if by.user_id else f"session {by.session}"[:64]
    with connection.cursor() as cursor:
        cursor.execute(_TURN, [moments.now(), service.pk, visitor, rush.admit, rush.seconds, LASTS])
        admitted, ahead, seconds = cursor.fetchone()
    return None if admitted else Waits(ahead + 1, seconds)
