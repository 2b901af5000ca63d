"""Waiting room of a service in high demand: admit a visitor, or return their position."""

from dataclasses import dataclass

from django.db import connection

from kini.booking import queries
from kini.core import current_time
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind
from kini.services.models import Service

#: Time in which an admitted visitor may pick a slot.
ADMISSION_LIFETIME = "15 minutes"
#: Seconds between polls of the waiting page.
POLL_SECONDS = 10
_TURN = "SELECT admitted, ahead, wait FROM kini_booking_turn(%s, %s, %s, %s, %s, %s::interval)"


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """Position in the waiting room, and the estimated wait in seconds."""

    number: int
    seconds: int


def queue_position(by: Actor, service: Service) -> QueuePosition | None:
    """Request admission if the service has a waiting room; officers and system actors need none."""
    if queries.options_of(service).rush is None or by.kind is ActorKind.SYSTEM or by.is_officer:
        return None
    return request_admission(by=by, service=service)


@action
def request_admission(*, by: Actor, service: Service) -> QueuePosition | None:
    """Request admission; None: admitted.

    Tickets are short-lived, so no audit entry is written.
    """
    rush = queries.options_of(service).rush
    if rush is None:
        return None
    visitor = f"user {by.user_id}" if by.user_id else f"session {by.session}"[:64]
    with connection.cursor() as cursor:
        cursor.execute(_TURN, [current_time.now(), service.pk, visitor, rush.admit, rush.seconds, ADMISSION_LIFETIME])
        admitted, ahead, seconds = cursor.fetchone()
    return None if admitted else QueuePosition(ahead + 1, seconds)
