"""Retention: data, its term and the law for it; one registry, one job, one report.

Every room registers its rules when it is ready. Rows past their term are removed in batches, each in a transaction of
its own, so that a run that is interrupted goes on where it stopped. Rows on hold are left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise

from kini.core import audit, chain, moments
from kini.core.actors import system
from kini.core.jobs import every
from kini.core.registry import Registry

BATCH = 1000
DAY = timedelta(days=1)
YEAR = timedelta(days=365)
BY = system("retention")


@dataclass(frozen=True, slots=True)
class Removal:
    """Functions that count and remove the rows of a rule; each gets the moment before which their term began.

    Attributes:
        count: the number of rows that are not on hold.
        remove: removes at most BATCH of these; the number removed.
        on_hold: the number of rows that a legal hold keeps.
    """

    count: Callable[[datetime], int]
    remove: Callable[[datetime], int]
    on_hold: Callable[[datetime], int] = lambda before: 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of data and its term.

    Attributes:
        name: "room.data".
        data, basis: what it is, and the law or reason for the term, in words.
        term: how long a row is kept after the moment from which its term runs; a pack may set another one.
        transient: technical leftovers, removed every hour and not audited; everything else goes at night.
        grace: how long after its term a row may still be there before `./kini check retention` fails.
    """

    name: str
    data: str | Promise
    basis: str | Promise
    term: timedelta
    removal: Removal
    transient: bool = False
    grace: timedelta = 2 * DAY


rules: Registry[Rule] = Registry("rule of retention")
#: Terms that replace those of the rules, by name: the running pack's.
term_sources: Registry[Callable[[], Mapping[str, timedelta]]] = Registry("source of retention terms")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report: rows past their term, those beyond grace among them, and rows on hold."""

    rule: Rule
    term: timedelta
    due: int
    overdue: int
    on_hold: int


def of_rows(
    rows: Callable[[datetime], QuerySet[Any]],
    *,
    held: Callable[[], Q] | None = None,
    delete: Callable[[QuerySet[Any]], object] | None = None,
) -> Removal:
    """The rows of a table.

    Args:
        rows: those whose term began before a moment.
        held: a condition on the rows that a legal hold keeps.
        delete: removes a set of rows; left out, they are deleted.
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


def of_chain(name: str) -> Removal:
    """The rows of a tamper-evident table: whole blocks go, with a sealed note."""

    def remove(before: datetime) -> int:
        for block in chain.removable(name, before=before)[:1]:
            chain.remove(by=BY, block=block, rule=f"retention of {name}")
            return int(block.rows)
        return 0

    return Removal(lambda before: sum(block.rows for block in chain.removable(name, before=before)), remove)


def term_of(rule: Rule) -> timedelta:
    """The term that holds in the running city."""
    for source in term_sources:
        if (own := source().get(rule.name)) is not None:
            return own
    return rule.term


def apply(rule: Rule) -> int:
    """Remove everything past its term; the number of rows."""
    before, removed = moments.now() - term_of(rule), 0
    left = rule.removal.count(before)
    while left > 0:
        with transaction.atomic():
            count = rule.removal.remove(before)
            if count and not rule.transient:
                detail = {"count": count}
                audit.record(by=BY, action="core.retention-applied", subject=f"retention:{rule.name}", detail=detail)
        removed += count
        before_batch, left = left, rule.removal.count(before)
        if left >= before_batch:  # rows that cannot be removed; the report shows them
            break
    return removed


def report() -> list[Line]:
    """Every rule with what is past its term now, in the order of names."""
    return [_line(rules.get(name)) for name in sorted(rules.names())]


def _line(rule: Rule) -> Line:
    term, now = term_of(rule), moments.now()
    before = now - term
    return Line(
        rule, term, rule.removal.count(before), rule.removal.count(before - rule.grace), rule.removal.on_hold(before)
    )


@every("17 2 * * *", name="core.apply_retention")
def apply_retention() -> None:
    """Remove what is past its term."""
    for rule in rules:
        if not rule.transient:
            apply(rule)


@every("7 * * * *", name="core.remove_transient")
def remove_transient() -> None:
    """Remove technical leftovers."""
    for rule in rules:
        if rule.transient:
            apply(rule)
