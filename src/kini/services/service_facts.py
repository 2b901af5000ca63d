"""Facts of a service in words: fee, duration, next steps. Pure.

Values with low confidence are marked as unconfirmed.
"""

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kini.core.localized_text import Text
from kini.services.flows import State
from kini.services.kinds import kinds
from kini.services.schema import Fee, Target
from kini.services.snapshots import ServiceSnapshot
from kini.web import formats


@dataclass(frozen=True, slots=True)
class UpcomingStep:
    """A future step and the role that takes it."""

    text: str
    who: str


def target_duration(target: Target) -> str:
    """Duration of a target: "3 working days"."""
    words = {
        "minutes": ngettext("%(n)d minute", "%(n)d minutes", target.amount),
        "hours": ngettext("%(n)d hour", "%(n)d hours", target.amount),
        "working_hours": ngettext("%(n)d working hour", "%(n)d working hours", target.amount),
        "days": ngettext("%(n)d day", "%(n)d days", target.amount),
        "working_days": ngettext("%(n)d working day", "%(n)d working days", target.amount),
        "months": ngettext("%(n)d month", "%(n)d months", target.amount),
    }
    return words[target.unit] % {"n": target.amount}


def unconfirmed(guess: str) -> SafeString:
    """HTML of an unconfirmed fact, with the best known value."""
    return format_html(
        "{} <small>{}</small>", _("Not yet confirmed"), _("as far as we know: %(guess)s") % {"guess": guess}
    )


def time_words(target: Target | None, gives: str = "") -> str:
    """Duration in words. Without a target it depends on `gives` (`Gives.type`)."""
    if target is None:
        return {
            "slot": _("At the time you choose"),
            "data": _("Immediately"),
            "receipt": _("Immediately"),
            "help": _("As soon as we can"),
        }.get(gives) or _("No fixed time")
    words = _("Within %(time)s") % {"time": target_duration(target)}
    return unconfirmed(target_duration(target)) if target.confidence == "low" else words


def fee_words(fee: Fee) -> str:
    """Fee in words."""
    if fee.amount is None:
        return _("Depends, see below") if fee.confidence != "low" else _("Not yet confirmed")
    words = _("Free") if fee.amount == 0 else formats.money(fee.amount)
    return unconfirmed(words) if fee.confidence == "low" else words


def emergency_number(snapshot: ServiceSnapshot) -> str:
    """Phone number for those in danger, of the channel that the service's kind names; empty if none."""
    kind = kinds.find(snapshot.definition.kind)
    channel = snapshot.channels.get(kind.emergency_channel(snapshot.definition)) if kind else None
    return (channel.phone or "") if channel else ""


def notes(snapshot: ServiceSnapshot) -> list[tuple[str, Text]]:
    """Notes about fee, duration and service, as (heading, text)."""
    definition = snapshot.definition
    candidates = [
        (_("About the cost"), definition.fee.note),
        (_("About the time"), definition.target.note if definition.target else None),
        (_("Good to know"), definition.note),
    ]
    return [(heading, note) for heading, note in candidates if note]


def upcoming_steps(snapshot: ServiceSnapshot) -> list[UpcomingStep]:
    """Steps of a successful case after submission."""
    if (flow := snapshot.steps) is None:
        return []
    states = [flow.states[name] for name in (flow.start, *flow.usual_path(flow.start))]
    return [UpcomingStep(str(state.does), _who(snapshot, state)) for state in states]


def _who(snapshot: ServiceSnapshot, state: State) -> str:
    role = snapshot.roles.get(state.by or "")
    return str(role) if role else ""
