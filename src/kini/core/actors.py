"""Actors: the resident, officer, guest or system job behind every write, timeline entry and audit entry."""

from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext as _

from kini.core.grants import Grant


class ActorKind(StrEnum):
    RESIDENT = "resident"
    OFFICER = "officer"
    SYSTEM = "system"
    GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or job that acts.

    Attributes:
        user_id: the signed-in user; None for the system and for guests.
        name: name of the job or command for the system; empty for people, whose names are looked up.
        session: a guest's browser session, which ties the guest to a draft.
        grants: an officer's permissions by agency, area and services.
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
    """Return the system actor for a job or command."""
    return Actor(ActorKind.SYSTEM, name=name)


class ActionRefused(Exception):
    """The action is not allowed or not possible now. The message is shown to the actor."""


class NotAllowed(ActionRefused):
    """The actor lacks the permission."""


def require_system(by: Actor) -> None:
    """Raise NotAllowed unless a job or command acts."""
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("Only the system can do this."))
