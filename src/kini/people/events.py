"""Events of this room, for rooms above."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class UnusualAccess(Event):
    """An officer's unusual number of reads, or of looks at hidden data, on a day."""

    name: ClassVar[str] = "people.unusual_access"
    officer: int
    day: str
    reads: int
    looks: int


@dataclass(frozen=True, slots=True)
class ProfilesJoined(Event):
    """A profile kept at a counter was merged with an account's: `gone` is empty, `kept` belongs to the user.

    Listeners repoint references (cases, drafts) from `gone` to `kept`.
    """

    name: ClassVar[str] = "people.profiles_merged"
    kept: int
    gone: int
    user: int


@dataclass(frozen=True, slots=True)
class PersonsMerged(Event):
    """Two records of one person were merged; rows of registered references have moved to the survivor."""

    name: ClassVar[str] = "people.persons_merged"
    merge: int


@dataclass(frozen=True, slots=True)
class PersonsSeparated(Event):
    """A merge was undone; what was recorded for the absorbed person has moved back."""

    name: ClassVar[str] = "people.persons_separated"
    merge: int


@dataclass(frozen=True, slots=True)
class ProgramTokensRevoked(Event):
    """A client's tokens were revoked because an authorization code or refresh token was used twice.

    Attributes:
        family: of the tokens; unique per revocation.
    """

    name: ClassVar[str] = "people.client_tokens_revoked"
    user: int
    program: str
    family: str


@dataclass(frozen=True, slots=True)
class AssuranceChanged(Event):
    """A profile's level of assurance was changed by somebody other than the person."""

    name: ClassVar[str] = "people.assurance_changed"
    change: int
