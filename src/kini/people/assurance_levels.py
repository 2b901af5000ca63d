"""Names and labels of the levels of assurance, used by services, the API and pages."""

from typing import Literal

from django.utils.translation import gettext as _

from kini.core.actors import ActionRefused
from kini.people.models import Assurance

type Level = Literal["typed", "counter", "register"]

LEVELS_BY_NAME: dict[str, Assurance] = {
    "typed": Assurance.TYPED,
    "counter": Assurance.COUNTER,
    "register": Assurance.REGISTER,
}


class AssuranceNeeded(ActionRefused):
    """A service requires a higher level; the message says how to reach it."""

    def __init__(self, needed: Assurance) -> None:
        super().__init__(requirement_text(needed))
        self.needed = needed


def require_level(level: int, needed: Level | None) -> None:
    """Raise AssuranceNeeded below the level that a service requires (None: no requirement)."""
    if needed and level < LEVELS_BY_NAME[needed]:
        raise AssuranceNeeded(LEVELS_BY_NAME[needed])


def level_name(level: int) -> Level:
    """Return the name of a level in services and the API."""
    return "typed" if level == Assurance.TYPED else "counter" if level == Assurance.COUNTER else "register"


def level_label(level: int) -> str:
    """Return a level in plain words."""
    return {
        Assurance.TYPED: _("Not proved yet"),
        Assurance.COUNTER: _("Proved at a counter"),
        Assurance.REGISTER: _("Confirmed by the civil register"),
        Assurance.REGISTER_IN_PERSON: _("Proved at a counter and confirmed by the civil register"),
    }[Assurance(level)]


def requirement_text(needed: int) -> str:
    """Return instructions for reaching a level."""
    if needed == Assurance.COUNTER:
        return _("This service needs to be sure that it is you. Prove it first, at a counter with your card.")
    return _("This service needs to be sure that it is you. Let the civil register confirm your data first.")
