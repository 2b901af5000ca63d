"""Guards of the room's actions: system-only check, and advisory lock."""

from django.db import connection

from kini.core.actors import Actor, ActorKind, NotAllowed


def require_system(by: Actor) -> None:
    """Allow commands and jobs only.

    Raises:
        NotAllowed: if the actor is a person.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("The network is run by the operator's commands alone.")


def lock_for_transaction(subject: str) -> None:
    """Take an advisory lock until the transaction ends, so that what was read stays true."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [subject])
