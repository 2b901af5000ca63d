"""Pure rules of mutual help: which needs come first, what a share is worth, which quantities agree."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kini.together.programmes import GivingRule

#: Smaller counts of people or packages are not published (`analytics.disclosure` has the same limit for figures).
SMALLEST_COUNT = 5
#: Wrong codes after which a second person of the place must confirm.
MOST_TRIES = 3
#: Lapsed pledges from which a giver has less time, and from which an officer must confirm.
SHORT_AFTER, BY_OFFICER_AFTER = 2, 3
#: Time in which a dispute must be decided.
DECIDE_WITHIN = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class NeedSummary:
    """Facts by which open needs are ordered.

    Attributes:
        needed, covered: packages over all lines; `covered`: pledged or received.
        families: None when unknown.
        waiting_since: when it was verified.
    """

    needed: int
    covered: int
    families: int | None
    waiting_since: datetime

    @property
    def share(self) -> float:
        """Covered share, 0 to 1."""
        return min(1.0, self.covered / self.needed) if self.needed else 1.0


def by_least_helped(need: NeedSummary) -> tuple[float, datetime]:
    """Sort key: the least covered share first; of equal shares, what waits the longest."""
    return need.share, need.waiting_since


def hold_time(rule: GivingRule, lapses: int) -> timedelta:
    """Time in which a giver must confirm, after so many lapsed pledges."""
    return timedelta(hours=rule.short_hold_hours if lapses >= SHORT_AFTER else rule.hold_hours)


def is_publishable(kind: str, hidden: bool, families: int | None) -> bool:
    """True unless the place is hidden, or so small that it would name people."""
    return not hidden and kind != "household" and (families is None or families >= SMALLEST_COUNT)


def has_permit(days: Iterable[tuple[date, date]], day: date) -> bool:
    """True if one of the spans, both days included, covers the day."""
    return any(first <= day <= last for first, last in days)


def largest_costs(rule: GivingRule, received: int) -> int:
    """Most that an aggregator may take for costs of the money that it received, rounded down to whole units."""
    return int(received * rule.costs_percent // 100)
