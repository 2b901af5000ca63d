"""What a start page says about a service, in words. What is not certain is said as not yet confirmed, never as fact."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kini.core.texts import Text
from kini.services.schema import Channel, Confidence, Fee, Target
from kini.services.versions import Resolved
from kini.web import formats

#: How sure a fact must be to be told as one.
CERTAIN: frozenset[Confidence] = frozenset({"high", "medium"})
MOST_STEPS = 8


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to have at hand."""

    label: Text
    hint: Text | None
    optional: bool
    statement: Text | None


def duration(target: Target) -> str:
    """A target in words: "3 working days"."""
    number = target.amount
    words = {
        "minutes": ngettext("{number} minute", "{number} minutes", number),
        "hours": ngettext("{number} hour", "{number} hours", number),
        "working_hours": ngettext("{number} working hour", "{number} working hours", number),
        "days": ngettext("{number} day", "{number} days", number),
        "working_days": ngettext("{number} working day", "{number} working days", number),
        "months": ngettext("{number} month", "{number} months", number),
    }
    return words[target.unit].format(number=number)


def time_words(target: Target | None) -> str:
    if target is None:
        return _("No fixed time")
    return duration(target) if target.confidence in CERTAIN else _("Not yet confirmed")


def fee_words(fee: Fee) -> str:
    if fee.confidence not in CERTAIN:
        return _("Not yet confirmed")
    if fee.amount is None:
        return str(fee.note)
    amount = _("Free") if fee.amount == 0 else formats.money(fee.amount)
    return f"{amount}. {fee.note}" if fee.note else amount


def tiles(resolved: Resolved) -> list[tuple[str, str]]:
    """Cost, time, for whom, what one gets: what a person wants to know first."""
    definition = resolved.definition
    return [
        (_("Cost"), fee_words(definition.fee)),
        (_("Time"), time_words(definition.target)),
        (_("For whom"), str(definition.for_)),
        (_("You get"), str(definition.gives.name)),
    ]


def papers(resolved: Resolved) -> list[Paper]:
    """Documents to have at hand."""
    return [
        Paper(
            each.label,
            each.hint,
            each.optional or each.when is not None,
            resolved.statements[each.statement].name if each.statement else None,
        )
        for each in resolved.definition.attach.values()
    ]


def ways(resolved: Resolved) -> list[Channel]:
    """Other ways to the same."""
    return list(resolved.channels.values())


def steps(resolved: Resolved) -> list[Text]:
    """What happens after sending it in, along the shortest good way: a plain sentence a step."""
    return [resolved.flow.states[name].does for name in _good_way(resolved)] if resolved.steps else []


def _good_way(resolved: Resolved) -> Iterator[str]:
    """States from the start along the first written move that is not grave, up to an end."""
    states, here, seen = resolved.flow.states, resolved.flow.start, set[str]()
    while here not in seen and len(seen) < MOST_STEPS:
        seen.add(here)
        yield here
        onward = [move.to for move in states[here].moves.values() if not move.danger and move.to not in seen]
        if states[here].end or not onward:
            return
        here = onward[0]


def sources(resolved: Resolved) -> list[tuple[str, str]]:
    """Law, sources and how sure it all is."""
    definition = resolved.definition
    sure = _("Checked against public sources") if definition.confidence in CERTAIN else _("Not yet confirmed")
    rows = [
        (_("Legal basis"), "; ".join(definition.law)),
        (_("Sources"), "; ".join(definition.sources)),
        (_("State"), sure),
    ]
    return [(label, value) for label, value in rows if value]
