"""Retention: a registry of rules (data, term, legal basis), the jobs that apply them, and a report.

Rooms register their rules at start. Rows past their term are removed in batches, each in its own transaction, so an
interrupted run can be resumed. Rows on legal hold are skipped.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise

from kini.core import audit, chain, current_time
from kini.core.actors import system
from kini.core.jobs import periodic
from kini.core.registry import Registry

BATCH = 1000
DAY = timedelta(days=1)
YEAR = timedelta(days=365)
BY = system("retention")


@dataclass(frozen=True, slots=True)
class Removal:
    """Functions that count and remove rows whose term began before a given time.

    Attributes:
        count: number of rows without those on hold.
        remove: removes at most BATCH of them and returns their number.
        on_hold: number of rows on legal hold.
    """

    count: Callable[[datetime], int]
    remove: Callable[[datetime], int]
    on_hold: Callable[[datetime], int] = lambda before: 0


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Retention rule of one type of data.

    Attributes:
        name: "room.data".
        data, basis: description of the data, and the law or reason for the term.
        term: time from the start of a row's term to its removal; a pack may set another one.
        transient: technical data, removed every hour without audit; other data is removed at night.
        grace: time after the term from which `./kini check retention` fails.
    """

    name: str
    data: str | Promise
    basis: str | Promise
    term: timedelta
    removal: Removal
    transient: bool = False
    grace: timedelta = 2 * DAY


rules: Registry[RetentionRule] = Registry("rule of retention")
#: Functions that return terms by rule name, which replace those of the rules (the pack's).
term_sources: Registry[Callable[[], Mapping[str, timedelta]]] = Registry("source of retention terms")


@dataclass(frozen=True, slots=True)
class ReportLine:
    """Line of the report: number of rows past their term, past their grace time, and on hold."""

    rule: RetentionRule
    term: timedelta
    due: int
    overdue: int
    on_hold: int


def row_removal(
    rows: Callable[[datetime], QuerySet[Any]],
    *,
    held: Callable[[], Q] | None = None,
    delete: Callable[[QuerySet[Any]], object] | None = None,
) -> Removal:
    """Removal of rows of a table.

    Args:
        rows: returns the rows whose term began before a time.
        held: returns the condition for rows on legal hold.
        delete: removes the rows of a queryset (default: `QuerySet.delete`).
    """

    def due(before: datetime) -> QuerySet[Any]:
        return rows(before).exclude(held()) if held else rows(before)

    def remove(before: datetime) -> int:
        model: type[Model] = rows(before).model
        keys = list(due(before).order_by("pk").values_list("pk", flat=True)[:BATCH])
        batch = model._default_manager.filter(pk__in=keys)
        if keys:
            (delete or QuerySet.delete)(batch)
        return len(keys)

    def on_hold(before: datetime) -> int:
        return rows(before).filter(held()).count() if held else 0

    return Removal(lambda before: due(before).count(), remove, on_hold)


def chain_removal(name: str) -> Removal:
    """Removal of rows of a tamper-evident table: whole blocks, with a sealed record."""

    def remove(before: datetime) -> int:
        for block in chain.removable(name, before=before)[:1]:
            chain.remove(by=BY, block=block, rule=f"retention of {name}")
            return int(block.rows)
        return 0

    return Removal(lambda before: sum(block.rows for block in chain.removable(name, before=before)), remove)


def term_of(rule: RetentionRule) -> timedelta:
    """Term in this city: the pack's, else the rule's."""
    for source in term_sources:
        if (term := source().get(rule.name)) is not None:
            return term
    return rule.term


def apply(rule: RetentionRule) -> int:
    """Remove all rows past their term and return their number."""
    before, removed = current_time.now() - term_of(rule), 0
    left = rule.removal.count(before)
    while left > 0:
        with transaction.atomic():
            count = rule.removal.remove(before)
            if count and not rule.transient:
                detail = {"count": count}
                audit.record(by=BY, action="core.retention-applied", subject=f"retention:{rule.name}", detail=detail)
        removed += count
        before_batch, left = left, rule.removal.count(before)
        if left >= before_batch:  # the rest cannot be removed; the report shows it
            break
    return removed


def report() -> list[ReportLine]:
    """Lines for all rules, in order of their names."""
    return [_line(rules.get(name)) for name in sorted(rules.names())]


def _line(rule: RetentionRule) -> ReportLine:
    term, now = term_of(rule), current_time.now()
    before = now - term
    return ReportLine(
        rule, term, rule.removal.count(before), rule.removal.count(before - rule.grace), rule.removal.on_hold(before)
    )


@periodic("17 2 * * *", name="core.apply_retention")
def apply_retention() -> None:
    """Apply all rules but the transient ones."""
    for rule in rules:
        if not rule.transient:
            apply(rule)


@periodic("7 * * * *", name="core.remove_transient")
def remove_transient() -> None:
    """Apply the transient rules."""
    for rule in rules:
        if rule.transient:
            apply(rule)
