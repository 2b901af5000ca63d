"""Labels, tones and icons of the public case states."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class PublicState:
    """Display of a state.

    Attributes:
        step: number of completed steps (0..4); 5 when the case is closed.
    """

    label: str | Promise
    tone: str
    icon: str
    step: int


STATES: Final[dict[str, PublicState]] = {
    "waiting": PublicState(_("Waiting"), "neutral", "clock", 0),
    "coordination": PublicState(_("Coordination"), "info", "people", 1),
    "disposition": PublicState(_("Disposition"), "info", "briefcase", 2),
    "process": PublicState(_("In progress"), "info", "refresh", 3),
    "done": PublicState(_("Done"), "ok", "check", 5),
    "rejected": PublicState(_("Rejected"), "bad", "close", 5),
    "reopened": PublicState(_("Reopened"), "warn", "refresh", 1),
}
#: The five steps in order.
STEPS: Final = ("waiting", "coordination", "disposition", "process", "done")


def state_label(state: str) -> str:
    """Label of a state in the active language."""
    return str(STATES[state].label)
