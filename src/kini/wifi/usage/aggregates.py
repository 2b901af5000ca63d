"""Usage figures from closed days: metrics, completed with sketches and capacities."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db.models import Max, Sum

from kini.analytics import cardinality
from kini.wifi.inventory.models import AccessPoint
from kini.wifi.rules import next_month
from kini.wifi.usage import metrics, month_counts, storage
from kini.wifi.usage.models import Use

FIGURES = ("people", "devices", "sessions", "accesses", "seconds", "octets")
BREAKDOWNS = month_counts.BREAKDOWNS


@dataclass(frozen=True, slots=True)
class UsageReport:
    """Usage of some days in one dimension; `exact`: people and devices were counted, not estimated by sketches.

    Attributes:
        rows: of, then FIGURES; people and devices are None if neither pseudonyms nor sketches cover the days.
    """

    rows: list[dict[str, Any]]
    exact: bool


def usage_report(root: Path, first: date, last: date, by: str) -> UsageReport:
    """Compute usage over any days (inclusive): exact within a month, by sketches over whole months (not for sites)."""
    months = list(_months(first.replace(day=1), last))
    for month in months:
        month_counts.refresh_counts(root, month)
    with storage.open_counts(root, months) as counts:
        rows = _rows(metrics.usage_by(counts.filter(counts.by == by), first, last, "of").drop("peak"))
    if len(months) == 1:
        return UsageReport(rows, exact=True)
    spans = [storage.sketch_file(root, f"{month:%Y-%m}") for month in months]
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1 and by != "site" and all(p.exists() for p in spans)
    for unit in ("people", "devices"):
        known = cardinality.estimate_union(spans, by, unit) if whole else {}
        for row in rows:
            row[unit] = known.get(row["of"], 0) if whole else None
    return UsageReport(rows, exact=False)


def usage_of_day(root: Path, day: date) -> list[Use]:
    """Compute the figures of a day in every dimension, with peaks and capacity, from its sessions."""
    capacity = capacities()
    tables = month_counts.count_days(root, [day])
    return [_use("day", day, row, capacity) for table in tables for row in table.to_pylist()]


def usage_of_days(root: Path, days: Iterable[date]) -> Iterator[tuple[date, list[Use]]]:
    """Yield the same figures of several days, from the counts of their months."""
    capacity = capacities()
    for month, days_of_month in groupby(sorted(days), key=lambda day: day.replace(day=1)):
        month_counts.refresh_counts(root, month)
        with storage.open_counts(root, [month]) as counts:
            for day in days_of_month:
                rows = _rows(metrics.usage_by(counts, day, day, "by", "of"))
                yield day, [_use("day", day, row, capacity) for row in rows]


def usage_of_month(root: Path, month: date) -> list[Use]:
    """Compute the figures of a month's closed days; peaks and capacities are the highest of its days."""
    month_counts.refresh_counts(root, month)
    days = Use.objects.filter(span="day", begins__gte=month, begins__lt=next_month(month))
    maxima = days.values_list("by", "of").annotate(Max("capacity"))
    capacity = {(by, of): most for by, of, most in maxima}
    with storage.open_counts(root, [month]) as counts:
        rows = _rows(metrics.usage_by(counts, month, next_month(month) - timedelta(days=1), "by", "of"))
    return [_use("month", month, row, capacity) for row in rows]


def usage_of_all_time(root: Path) -> list[Use]:
    """Compute the figures since the first closed day: people and devices by sketches, the others as sums."""
    months = Use.objects.filter(span="month")
    first = Use.objects.filter(span="day").order_by("begins").values_list("begins", flat=True).first()
    if first is None:
        return []
    counted = cardinality.estimate_all(storage.sketch_file(root, "all"))
    tops = _tops(months)
    sums = months.values_list("by", "of").annotate(*map(Sum, FIGURES[2:]))
    return [
        Use(
            **{"span": "all", "begins": first, "by": by, "of": of},
            **{unit: counted.get((by, of, unit), 0) for unit in FIGURES[:2]},
            **dict(zip(FIGURES[2:], values, strict=True)),
            **dict(zip(("peak", "capacity"), tops[by, of], strict=True)),
        )
        for by, of, *values in sums
    ]


def capacities() -> dict[tuple[str, str], int]:
    """Return the current capacity by dimension and value; unknown ones are missing."""
    totals: dict[tuple[str, str], int] = {}
    points = AccessPoint.objects.filter(active=True, site__active=True, capacity__isnull=False)
    for code, area, kind, capacity in points.values_list("site__code", "site__area", "site__kind", "capacity"):
        for key in ((storage.WHOLE, ""), ("area", area), ("kind", kind), ("site", code)):
            totals[key] = totals.get(key, 0) + (capacity or 0)
    return totals


def _rows(question: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = question.to_pyarrow().to_pylist()
    return rows


def _use(span: str, begins: date, row: Mapping[str, Any], capacity: Mapping[tuple[str, str], int | None]) -> Use:
    by, of = row["by"], row["of"]
    peak = None if by == "hour" else row["peak"]
    figures = {name: row[name] for name in FIGURES}
    return Use(span=span, begins=begins, by=by, of=of, **figures, peak=peak, capacity=capacity.get((by, of)))


def _tops(rows: Any) -> Mapping[tuple[str, str], tuple[int | None, int | None]]:
    maxima = rows.values_list("by", "of").annotate(Max("peak"), Max("capacity"))
    return {(by, of): (peak, capacity) for by, of, peak, capacity in maxima}


def _months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = next_month(first)
