"""Reads of what is published of a disease."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform

from kini.epidemic.spread.models import PublishedAreas, PublishedDay
from kini.epidemic.spread.schema import AreaCounts, AreasContent, DayContent

#: Periods on the page of an area.
PERIODS = 26


@dataclass(frozen=True, slots=True)
class AreaPeriod:
    """Counts of an area in a period."""

    first: date
    last: date
    counts: AreaCounts


def newest_day(disease: str, on: date | None = None) -> PublishedDay | None:
    """Return the newest published day, until a day if one is given; None without any."""
    return _until(PublishedDay.objects.filter(disease=disease), "day", on)


def newest_days() -> list[PublishedDay]:
    """Return the newest published day of each disease."""
    return list(PublishedDay.objects.order_by("disease", "-day").distinct("disease"))


def day_span(disease: str) -> tuple[date, date] | None:
    """Return the first and the last published day."""
    days = PublishedDay.objects.filter(disease=disease).order_by("day").values_list("day", flat=True)
    first, last = days.first(), days.last()
    return (first, last) if first and last else None


def newest_areas(disease: str, on: date | None = None) -> PublishedAreas | None:
    """Return the newest published period of areas that had ended on a day."""
    return _until(PublishedAreas.objects.filter(disease=disease), "last", on)


def areas_before(areas: PublishedAreas) -> AreasContent | None:
    """Return the period before this one."""
    before = _until(PublishedAreas.objects.filter(disease=areas.disease, last__lt=areas.first), "last", None)
    return before.read() if before else None


def area_periods(disease: str, code: str, on: date | None = None, count: int = PERIODS) -> list[AreaPeriod]:
    """Return the last periods of an area, oldest first."""
    rows = PublishedAreas.objects.filter(disease=disease)
    if on:
        rows = rows.filter(last__lte=on)
    counts = KeyTransform(code, KeyTransform("areas", "content"))
    newest = rows.annotate(counts=counts).order_by("-last").values_list("first", "last", "counts")[:count]
    return [
        AreaPeriod(first, last, AreaCounts.model_validate(counts))
        for first, last, counts in reversed(newest)
        if counts is not None
    ]


def all_days(disease: str) -> list[DayContent]:
    """Return all published days, oldest first."""
    return [row.read() for row in PublishedDay.objects.filter(disease=disease).order_by("day")]


def all_areas(disease: str) -> list[AreasContent]:
    """Return all published periods of areas, oldest first."""
    return [row.read() for row in PublishedAreas.objects.filter(disease=disease).order_by("last")]


def _until[M: PublishedDay | PublishedAreas](rows: QuerySet[M], column: str, on: date | None) -> M | None:
    if on:
        rows = rows.filter(**{f"{column}__lte": on})
    return rows.order_by(f"-{column}").first()
