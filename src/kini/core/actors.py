"""Who acts. Every write is told, and every entry on a timeline or in the audit trail says it."""

from dataclasses import dataclass, field
from enum import StrEnum

from kini.core.grants import Grant


class ActorKind(StrEnum):
    RESIDENT = "resident"
    OFFICER = "officer"
    SYSTEM = "system"
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts.

    Attributes:
        user_id: the signed-in user; None for the system and for a guest.
        name: the job's or command's name for the system, else empty: names of people are looked up, not copied.
        session: the browser's session of a guest, the only thing that ties a guest to a draft.
        grants: what an officer may do, and over which agency, area and services.
    """

    kind: ActorKind
    user_id: int | None = None
    name: str = ""
    session: str = ""
    grants: tuple[Grant, ...] = field(default=(), repr=False)

    @property
    def is_officer(self) -> bool:
        return self.kind is ActorKind.OFFICER


def system(name: str) -> Actor:
    """The program itself, acting as the named job or command."""
    return Actor(ActorKind.SYSTEM, name=name)


class Refused(Exception):
    """The actor may not do this, or it cannot be done now. The message is shown to the actor as it is."""


class NotAllowed(Refused):
    """The actor lacks the permission."""
