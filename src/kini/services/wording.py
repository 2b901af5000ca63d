"""A definition in words: what it costs, how long it takes, what happens after it was sent. Pure.

What is not certain is never said as a fact.
"""

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kini.core.texts import Text
from kini.services.flows import State
from kini.services.schema import Fee, Target
from kini.services.versions import Resolved
from kini.web import formats


@dataclass(frozen=True, slots=True)
class Step:
    """One step to come, with the role that takes it."""

    text: str
    who: str


def duration(target: Target) -> str:
    """The time of a target: "3 working days"."""
    words = {
        "minutes": ngettext("%(n)d minute", "%(n)d minutes", target.amount),
        "hours": ngettext("%(n)d hour", "%(n)d hours", target.amount),
        "working_hours": ngettext("%(n)d working hour", "%(n)d working hours", target.amount),
        "days": ngettext("%(n)d day", "%(n)d days", target.amount),
        "working_days": ngettext("%(n)d working day", "%(n)d working days", target.amount),
        "months": ngettext("%(n)d month", "%(n)d months", target.amount),
    }
    return words[target.unit] % {"n": target.amount}


def unsure(guess: str) -> SafeString:
    """A fact that nobody has confirmed: said as such, with what is known of it."""
    return format_html(
        "{} <small>{}</small>", _("Not yet confirmed"), _("as far as we know: %(guess)s") % {"guess": guess}
    )


def time_words(target: Target | None, gives: str = "") -> str:
    """How long it takes. `gives` is what the service gives (`Gives.type`), which tells where no time is promised."""
    if target is None:
        return {
            "slot": _("At the time you choose"),
            "data": _("At once"),
            "receipt": _("At once"),
            "help": _("As soon as we can"),
        }.get(gives) or _("No fixed time")
    words = _("Within %(time)s") % {"time": duration(target)}
    return unsure(duration(target)) if target.confidence == "low" else words


def fee_words(fee: Fee) -> str:
    """What it costs."""
    if fee.amount is None:
        return _("Depends, see below") if fee.confidence != "low" else _("Not yet confirmed")
    words = _("Free") if fee.amount == 0 else formats.money(fee.amount)
    return unsure(words) if fee.confidence == "low" else words


def notes(resolved: Resolved) -> list[tuple[str, Text]]:
    """What is to be known about the cost, the time and the service, each with its heading."""
    definition = resolved.definition
    found = [
        (_("About the cost"), definition.fee.note),
        (_("About the time"), definition.target.note if definition.target else None),
        (_("Good to know"), definition.note),
    ]
    return [(heading, note) for heading, note in found if note]


def steps_ahead(resolved: Resolved) -> list[Step]:
    """What happens after it was sent, when all goes well: each step in a sentence, with who takes it."""
    if (flow := resolved.steps) is None:
        return []
    states = [flow.states[name] for name in (flow.start, *flow.usual_way(flow.start))]
    return [Step(str(state.does), _who(resolved, state)) for state in states]


def _who(resolved: Resolved, state: State) -> str:
    role = resolved.roles.get(state.by or "")
    return str(role) if role else ""
