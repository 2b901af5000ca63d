"""How every write of this room begins: the program alone, and one after the other."""

from django.db import connection

from kini.core.actors import Actor, ActorKind, NotAllowed


def only_program(by: Actor) -> None:
    """Let nobody write but the program and its commands.

    Raises:
        NotAllowed: for a person.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("The network is run by the operator's commands alone.")


def in_turn(subject: str) -> None:
    """Wait until nobody else changes that, and keep it until the transaction ends: what was read still holds then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [subject])
