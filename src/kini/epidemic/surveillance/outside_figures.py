"""Figures from outside sources as arrays of areas and days, for places and times without case records."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db import connection
from django.db.models import Min
from numpy.typing import NDArray

from kini.city.models import Area
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
    """Figures of each source, that with the most first. An area without any has the sum of its parts, if all have one.

    Ratios are never summed.
    """
    by_source: defaultdict[str, list[tuple[str, date, float]]] = defaultdict(list)
    asked: dict[str, date | str | None] = {"disease": disease, "measure": measure, "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, asked | {"known_on": known_on})
        for source, *figure in cursor.fetchall():
            by_source[source].append(tuple(figure))
    summed = not measure.startswith(measures.RATES)
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
    states = newest_figures(disease, measures.total_of(measure), areas, before, last, known_on)
    found = [*stated, *(Figures(each.source, np.diff(each.values, axis=-1)) for each in states)]
    return max((each for each in found if each.known), key=lambda each: each.known, default=None)


def first_day(disease: str, wanted: Iterable[str], known_on: date | None = None) -> date | None:
    """First day with a figure of these measures, as stated or as a state; None without any."""
    names = [name for measure in wanted for name in (measure, measures.total_of(measure))]
    figures = AreaFigure.objects.filter(disease=disease, measure__in=names)
    if known_on:
        figures = figures.filter(known_on__lte=known_on)
    day: date | None = figures.aggregate(first=Min("day"))["first"]
    return day


def _placed(rows: Sequence[tuple[str, date, float]], areas: AreaSet, first: date, last: date, summed: bool) -> Floats:
    """Array of the areas' figures; parts are summed from the smallest areas upwards."""
    every = [area for area in city_tables().areas.values() if area.active]
    place = {area.code: number for number, area in enumerate(every)}
    values = np.full((len(every), (last - first).days + 1), np.nan)
    inside = [(place[code], (day - first).days, value) for code, day, value in rows if code in place]
    if inside:
        numbers, days, figures = zip(*inside, strict=True)
        values[list(numbers), list(days)] = figures
    if summed:
        _add_sums(values, every, place)
    return values[[place[code] for code in areas.codes]]


def _add_sums(values: Floats, every: Sequence[Area], place: dict[str, int]) -> None:
    parts: defaultdict[str, list[int]] = defaultdict(list)
    for area in every:
        if area.parent_id:
            parts[area.parent_id].append(place[area.code])
    for code in sorted(parts, key=lambda each: -every[place[each]].depth):
        if np.isnan(values[place[code]]).all():
            values[place[code]] = values[parts[code]].sum(axis=0)


@dataclass(frozen=True, slots=True)
class Change:
    """Change of a sum between its two newest figures, for each area: NaN where there are no two of the same days.

    Attributes:
        total: newest figure.
        change: since the figure before.
    """

    source: str
    since: date
    until: date
    total: Floats
    change: Floats


def newest_change(
    disease: str, measure: str, areas: AreaSet, day: date, days: int = 100, known_on: date | None = None
) -> Change | None:
    """Change of a measure's sum until a day, by the source with the most areas; for figures that come by the month."""
    first = day - timedelta(days=days)
    best: Change | None = None
    for figures in newest_figures(disease, measures.total_of(measure), areas, first, day, known_on):
        with_figures = np.flatnonzero(np.isfinite(figures.values).any(axis=0))
        if len(with_figures) < 2:
            continue
        before, last = (figures.values[:, column] for column in with_figures[-2:])
        since, until = (first + timedelta(days=int(column)) for column in with_figures[-2:])
        change = Change(figures.source, since, until, last, last - before)
        if best is None or np.isfinite(change.change).sum() > np.isfinite(best.change).sum():
            best = change
    return best
