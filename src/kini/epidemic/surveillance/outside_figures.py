"""Figures from outside sources as arrays of areas and days, for places and times without case records."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import connection
from django.db.models import Min
from numpy.typing import NDArray

from kini.city.public import city_tables
from kini.epidemic.surveillance import measures
from kini.epidemic.surveillance.areas import AreaSet
from kini.epidemic.surveillance.models import AreaFigure

type Floats = NDArray[np.float64]

_NEWEST = """
    SELECT DISTINCT ON (source, area_id, day) source, area_id, day, value
    FROM epidemic_areafigure
    WHERE disease = %(disease)s AND measure = %(measure)s AND day BETWEEN %(first)s AND %(last)s
        AND known_on <= coalesce(%(known_on)s, 'infinity'::date)
    ORDER BY source, area_id, day, known_on DESC, id DESC
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of one source, shape (areas, days); NaN where it has none."""

    source: str
    values: Floats

    @property
    def known(self) -> int:
        return int(np.isfinite(self.values).sum())


def newest_figures(
    disease: str, measure: str, areas: AreaSet, first: date, last: date, known_on: date | None = None
) -> list[Figures]:
    """Figures of each source, that with the most first. An area without one has the sum of its parts, if all have one.

    Per cent are never summed.
    """
    by_source: defaultdict[str, dict[tuple[str, date], float]] = defaultdict(dict)
    asked: dict[str, date | str | None] = {
        "disease": disease,
        "measure": measure,
        "first": first,
        "last": last,
        "known_on": known_on,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, asked)
        for source, area, day, value in cursor.fetchall():
            by_source[source][area, day] = value
    summed = not measure.startswith("occupancy")
    found = [Figures(source, _placed(rows, areas, first, last, summed)) for source, rows in by_source.items()]
    return sorted((each for each in found if each.known), key=lambda each: (-each.known, each.source))


def daily_figures(
    disease: str, measure: str, areas: AreaSet, first: date, last: date, known_on: date | None = None
) -> Figures | None:
    """Figures of single days, as stated, or as differences of states on consecutive days; None without any.

    A state that falls gives a negative day: sums over days then still equal the source's.
    """
    stated = newest_figures(disease, measure, areas, first, last, known_on)
    before = first - timedelta(days=1)
    states = newest_figures(disease, measures.total(measure), areas, before, last, known_on)
    found = [*stated, *(Figures(each.source, np.diff(each.values, axis=-1)) for each in states)]
    return max(found, key=lambda each: each.known, default=None) if any(each.known for each in found) else None


def first_day(disease: str, wanted: Iterable[str], known_on: date | None = None) -> date | None:
    """First day with a figure of these measures, as stated or as a state; None without any."""
    names = [name for measure in wanted for name in (measure, measures.total(measure))]
    figures = AreaFigure.objects.filter(disease=disease, measure__in=names)
    if known_on:
        figures = figures.filter(known_on__lte=known_on)
    day: date | None = figures.aggregate(first=Min("day"))["first"]
    return day


def _placed(rows: dict[tuple[str, date], float], areas: AreaSet, first: date, last: date, summed: bool) -> Floats:
    values = np.full((len(areas), (last - first).days + 1), np.nan)
    named = {area for area, _day in rows}
    for (code, day), value in rows.items():
        if (place := areas.position.get(code)) is not None:
            values[place, (day - first).days] = value
    if summed and any(code not in areas.position for code in named):
        for place, code in enumerate(areas.codes):
            if code not in named:
                values[place] = _sum_of_parts(rows, code, first, values.shape[-1])
    return values


def _sum_of_parts(rows: dict[tuple[str, date], float], code: str, first: date, days: int) -> Floats:
    """Sum over the parts of an area, by the nearest level on which all parts have figures; NaN on days without."""
    children = [area for area in city_tables().areas.values() if area.parent_id == code and area.active]
    sums = np.full(days, np.nan)
    if not children:
        return sums
    named = {area for area, _day in rows}
    parts = np.full((len(children), days), np.nan)
    for place, child in enumerate(children):
        if child.code in named:
            for offset in range(days):
                parts[place, offset] = rows.get((child.code, first + timedelta(days=offset)), np.nan)
        else:
            parts[place] = _sum_of_parts(rows, child.code, first, days)
    return np.asarray(parts.sum(axis=0))
