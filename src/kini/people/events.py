"""What rooms above hear from this one."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class UnusualAccess(Event):
    """An officer read unusually much on a day: things, and looks at what is hidden."""

    name: ClassVar[str] = "people.unusual_access"
    officer: int
    day: str
    reads: int
    looks: int


@dataclass(frozen=True, slots=True)
class ProfilesJoined(Event):
    """A profile kept at a counter and the one of an account are now one: `gone` is empty, `kept` belongs to the user.

    Whatever points to `gone` (cases, drafts) should point to `kept`.
    """

    name: ClassVar[str] = "people.profiles_merged"
    kept: int
    gone: int
    user: int


@dataclass(frozen=True, slots=True)
class ProgramTokensRevoked(Event):
    """A program's tokens ended because a code or refresh token of theirs came a second time.

    Attributes:
        family: of the tokens; unique for the change.
    """

    name: ClassVar[str] = "people.client_tokens_revoked"
    user: int
    program: str
    family: str


@dataclass(frozen=True, slots=True)
class AssuranceChanged(Event):
    """A profile's level of assurance changed, by somebody other than the person themselves."""

    name: ClassVar[str] = "people.assurance_changed"
    change: int
