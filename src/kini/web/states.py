"""Labels, tones and icons of the public case states."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class StateFace:
    """Display of a state.

    Attributes:
        step: number of completed steps (0..4); 5 when the case is closed.
    """

    label: str | Promise
    tone: str
    icon: str
    step: int


STATES: Final[dict[str, StateFace]] = {
    "waiting": StateFace(_("Waiting"), "neutral", "clock", 0),
    "coordination": StateFace(_("Coordination"), "info", "people", 1),
    "disposition": StateFace(_("Disposition"), "info", "briefcase", 2),
    "process": StateFace(_("In progress"), "info", "refresh", 3),
    "done": StateFace(_("Done"), "ok", "check", 5),
    "rejected": StateFace(_("Rejected"), "bad", "close", 5),
    "reopened": StateFace(_("Reopened"), "warn", "refresh", 1),
}
#: The five steps in order.
STEPS: Final = ("waiting", "coordination", "disposition", "process", "done")


def label(state: str) -> str:
    """Label of a state in the active language."""
    return str(STATES[state].label)
