"""Usage figures from closed days: metrics, completed with sketches and capacities."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Max, Sum

from kini.analytics import cardinality
from kini.wifi.inventory.models import AccessPoint
from kini.wifi.rules import next_month
from kini.wifi.usage import metrics, storage
from kini.wifi.usage.models import Use

FIGURES = ("people", "devices", "sessions", "accesses", "seconds", "octets")
BREAKDOWNS = (storage.WHOLE, *storage.DIMENSIONS)


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
    with storage.open_sessions(root) as sessions:
        rows = _rows(metrics.usage_by(sessions, first, last, by))
    months = storage.months_of([first, last])
    if len(months) == 1:
        return UsageReport(rows, exact=True)
    spans = [storage.sketch_file(root, f"{month:%Y-%m}") for month in _months(months[0], months[-1])]
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1 and by != "site" and all(p.exists() for p in spans)
    for unit in ("people", "devices"):
        known = cardinality.estimate_union(spans, by, unit) if whole else {}
        for row in rows:
            row[unit] = known.get(row["of"], 0) if whole else None
    return UsageReport(rows, exact=False)


def usage_of_day(root: Path, day: date) -> list[Use]:
    """Compute the figures of a day in every dimension, with peaks and capacity."""
    capacity = capacities()
    figures = []
    with storage.open_sessions(root) as sessions:
        for by in BREAKDOWNS:
            peak_rows = [] if by == "hour" else _rows(metrics.peak_sessions(sessions, day, day, by))
            peaks = {row["of"]: row["peak"] for row in peak_rows}
            for row in _rows(metrics.usage_by(sessions, day, day, by)):
                key = by, row["of"]
                peak = peaks.get(row["of"])
                figures.append(Use(span="day", begins=day, by=by, peak=peak, capacity=capacity.get(key), **row))
    return figures


def usage_of_month(root: Path, month: date) -> list[Use]:
    """Compute the figures of a month's closed days; peaks are those of the busiest day."""
    days = Use.objects.filter(span="day", begins__gte=month, begins__lt=next_month(month))
    tops = _tops(days)
    figures = []
    with storage.open_sessions(root) as sessions:
        last = next_month(month) - timedelta(days=1)
        for by in BREAKDOWNS:
            for row in _rows(metrics.usage_by(sessions, month, last, by)):
                peak, capacity = tops.get((by, row["of"]), (None, None))
                figures.append(Use(span="month", begins=month, by=by, peak=peak, capacity=capacity, **row))
    return figures


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
    return [{name: value or 0 if name != "of" else value for name, value in row.items()} for row in rows]


def _tops(rows: Any) -> Mapping[tuple[str, str], tuple[int | None, int | None]]:
    maxima = rows.values_list("by", "of").annotate(Max("peak"), Max("capacity"))
    return {(by, of): (peak, capacity) for by, of, peak, capacity in maxima}


def _months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = next_month(first)
