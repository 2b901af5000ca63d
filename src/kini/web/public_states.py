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
        about: what the word means, in a sentence.
    """

    label: str | Promise
    tone: str
    icon: str
    step: int
    about: str | Promise = ""


STATES: Final[dict[str, PublicState]] = {
    "waiting": PublicState(
        _("Waiting"), "neutral", "clock", 0, _("We have it, or something is awaited: an answer, a payment, your visit.")
    ),
    "coordination": PublicState(
        _("Coordination"), "info", "people", 1, _("Officers compare data and papers, also with other offices.")
    ),
    "disposition": PublicState(
        _("Disposition"), "info", "briefcase", 2, _("The person in charge decides, or gives the work to somebody.")
    ),
    "process": PublicState(_("In progress"), "info", "refresh", 3, _("The work is being done.")),
    "done": PublicState(_("Done"), "ok", "check", 5, _("It has ended, and the result is on this page.")),
    "rejected": PublicState(_("Rejected"), "bad", "close", 5),
    "reopened": PublicState(_("Reopened"), "warn", "refresh", 1),
}
#: Display of closed cases without a decision, by outcome: nothing of them was done.
UNDECIDED: Final[dict[str, PublicState]] = {
    "withdrawn": PublicState(_("Withdrawn"), "neutral", "close", 5),
    "expired": PublicState(_("Ended without a result"), "neutral", "close", 5),
}
#: The five steps in order.
STEPS: Final = ("waiting", "coordination", "disposition", "process", "done")


def state_label(state: str, outcome: str = "") -> str:
    """Label of a state in the active language; of the outcome where a case ended without a decision."""
    return str(looks_of(state, outcome).label)


def looks_of(state: str, outcome: str = "") -> PublicState:
    """Display of a case: of its outcome where it ended without a decision, else of its state."""
    return UNDECIDED.get(outcome) or STATES[state]
