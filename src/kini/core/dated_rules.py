"""Rules in force from a day on: a fine since 2024, a limit until June.

A rule is any object with a day `since`, and perhaps a last day `until` (both included). Among the rules in force on a
day, the one that began last applies: it replaces earlier ones, and once it has ended the one before it applies again.
The order in a file does not matter. Two rules that begin on the same day are refused, as either could be meant.
Days may also be moments (`datetime`), for rules that begin at a time of the day.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal, Protocol

from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import Combinable
from pydantic import AfterValidator, BaseModel, ConfigDict

#: How sure the author of a rule is that it is the law of the city.
type Confidence = Literal["high", "medium", "low"]


class DatedRule(Protocol):
    """A rule's first day. A rule that ends also has an attribute `until: date | None`."""

    @property
    def since(self) -> date: ...


class SourcedRule(BaseModel):
    """Base of dated rules in the pack: first day, source (law, decree, address) and confidence."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    since: date
    source: str = ""
    confidence: Confidence = "low"


class NoRuleInForce(LookupError):
    """No rule is in force on a day; the message names the day and the first rule."""


class AmbiguousRules(ValueError):
    """Two rules begin on the same day."""


def rules_in_force[R: DatedRule](rules: Iterable[R], day: date) -> list[R]:
    """All rules in force on a day, the latest first: for reliefs and other rules that apply together."""
    begun = [rule for rule in rules if rule.since <= day and not _has_ended(rule, day)]
    return sorted(begun, key=_since, reverse=True)


def _has_ended(rule: DatedRule, day: date) -> bool:
    until: date | None = getattr(rule, "until", None)
    return until is not None and until < day


def rule_in_force[R: DatedRule](rules: Iterable[R], day: date) -> R | None:
    """The rule that applies on a day; None before the first one.

    Raises:
        AmbiguousRules: when two rules that began last began on the same day.
    """
    latest = rules_in_force(rules, day)[:2]
    if len(latest) == 2:
        _refuse_same_day(latest)
    return latest[0] if latest else None


def require_rule_in_force[R: DatedRule](rules: Iterable[R], day: date) -> R:
    """The rule that applies on a day.

    Raises:
        NoRuleInForce: before the first rule, or when all have ended.
        AmbiguousRules: as `rule_in_force`.
    """
    rules = list(rules)
    rule = rule_in_force(rules, day)
    if rule is None:
        first = min(map(_since, rules), default=None)
        begins = f"the first rule begins on {first}" if first else "there are no rules"
        raise NoRuleInForce(f"no rule is in force on {day}: {begins}")
    return rule


def check_rules[R: DatedRule](rules: Iterable[R]) -> list[R]:
    """The rules, in the order in which they were.

    Raises:
        AmbiguousRules: when two begin on the same day.
    """
    rules = list(rules)
    _refuse_same_day(sorted(rules, key=_since))
    return rules


#: A field of a pydantic model: rules in any order, no two of the same day.
type DatedRules[R: DatedRule] = Annotated[list[R], AfterValidator(check_rules)]


def filter_in_force[M: Model](
    rows: QuerySet[M], day: date | Combinable, *, since: str = "since", until: str | None = None
) -> QuerySet[M]:
    """The row that applies on a day, of a table of dated rules: the SQL twin of `rule_in_force`, at most one row.

    The day may be a column of an outer query:

        silence = filter_in_force(SessionRule.objects.all(), OuterRef("day")).values("silent_seconds")
        sessions.annotate(silence=Subquery(silence))

    Args:
        since, until: names of the date columns; a rule without an end has NULL there. `since` is unique in the table.
    """
    in_force = Q(**{f"{since}__lte": day})
    if until:
        in_force &= Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gte": day})
    return rows.filter(in_force).order_by(f"-{since}")[:1]


def _since(rule: DatedRule) -> date:
    return rule.since


def _refuse_same_day(ordered: Sequence[Any]) -> None:
    for earlier, later in pairwise(ordered):
        if earlier.since == later.since:
            raise AmbiguousRules(f"two rules begin on {later.since}; keep one of them, or change its day")
