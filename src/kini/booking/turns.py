"""Waiting room of a service in high demand: admit a visitor, or return their position."""

from dataclasses import dataclass

from django.db import connection

from kini.booking import queries
from kini.core import moments
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind
from kini.services.models import Service

#: Time in which an admitted visitor may pick a slot.
LASTS = "15 minutes"
#: Seconds between polls of the waiting page.
AGAIN = 10
_TURN = "SELECT admitted, ahead, wait FROM kini_booking_turn(%s, %s, %s, %s, %s, %s::interval)"


@dataclass(frozen=True, slots=True)
class Waits:
    """Position in the waiting room, and the estimated wait in seconds."""

    number: int
    seconds: int


def wait_for(by: Actor, service: Service) -> Waits | None:
    """Request admission if the service has a waiting room; officers and system actors need none."""
    if queries.options_of(service).rush is None or by.kind is ActorKind.SYSTEM or by.is_officer:
        return None
    return ask(by=by, service=service)


@action
def ask(*, by: Actor, service: Service) -> Waits | None:
    """Request admission; None: admitted.

    Tickets are short-lived, so no audit entry is written.
    """
    rush = queries.options_of(service).rush
    if rush is None:
        return None
    visitor = f"user {by.user_id}" if by.user_id else f"session {by.session}"[:64]
    with connection.cursor() as cursor:
        cursor.execute(_TURN, [moments.now(), service.pk, visitor, rush.admit, rush.seconds, LASTS])
        admitted, ahead, seconds = cursor.fetchone()
    return None if admitted else Waits(ahead + 1, seconds)
