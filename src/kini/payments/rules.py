"""Amount owed on a day: principal, fine, relief, by rules with a valid-from date. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kini.core.dated_rules import rule_in_force, rules_in_force


@dataclass(frozen=True, slots=True)
class Fine:
    """Fine in per cent of the principal for each month begun after the due date, with a maximum of months."""

    since: date
    percent_a_month: float
    most_months: int


@dataclass(frozen=True, slots=True)
class Relief:
    """Relief in per cent of principal or fine for payments within these days (both included)."""

    since: date
    until: date
    percent: float
    of: str  # "principal" or "fine"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """Amount owed, in whole units of the city's currency."""

    principal: int
    fine: int = 0
    relief: int = 0

    @property
    def total(self) -> int:
        return self.principal + self.fine - self.relief


def amount_owed(
    principal: int, due_on: date, on: date, fines: Iterable[Fine], reliefs: Sequence[Relief] = ()
) -> Amount:
    """Amount of a bill on a day. A month's fine follows the rule in force at the start of that month."""
    fine = sum(_month_fine(principal, begun, number, fines) for number, begun in enumerate(_months_late(due_on, on), 1))
    fine_ = round(fine)
    relief = sum(
        round((principal if each.of == "principal" else fine_) * each.percent / 100)
        for each in rules_in_force(reliefs, on)
    )
    return Amount(principal, fine_, min(relief, principal + fine_))


def _month_fine(principal: int, begun: date, number: int, fines: Iterable[Fine]) -> float:
    rule = rule_in_force(fines, begun)
    return principal * rule.percent_a_month / 100 if rule and number <= rule.most_months else 0.0


def _months_late(due_on: date, on: date) -> list[date]:
    """First days of the months begun since the due date; the first begins the day after it."""
    starts: list[date] = []
    while (start := _months_after(due_on, len(starts)) + timedelta(days=1)) <= on:
        starts.append(start)
    return starts


def _months_after(day: date, months: int) -> date:
    """Same day some months later; in a shorter month its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), first_of_next - timedelta(days=1))
