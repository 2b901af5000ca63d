"""An area's situation for officers: indicators, parts, ages, delays, on any day and as it was known on any day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from kini.city.models import Area
from kini.city.public import city_tables
from kini.epidemic.diseases.schema import Classification
from kini.epidemic.spread.curve_chart import CurveChart, CurvePoint, draw_curve
from kini.epidemic.surveillance import case_changes, measures
from kini.epidemic.surveillance import queries as surveillance
from kini.epidemic.surveillance.indicators import Indicators
from kini.epidemic.surveillance.measures import DayOf
from kini.epidemic.surveillance.series import Floats
from kini.web import formats

CURVE_DAYS, AGES_DAYS, DELAY_DAYS = 120, 28, 28
#: Indicators of a line, with their names in `surveillance.indicators`.
COLUMNS = (
    *("cases-week", "incidence", "incidence-smoothed", "reproduction", "doubling-time", "deaths-week"),
    *("positivity", "tracing-ratio", "known-contacts"),
)


@dataclass(frozen=True, slots=True)
class SituationLine:
    """Indicators of an area on a day by name; None: not known. `before`: cases of the week before."""

    area: Area
    values: Mapping[str, float | None]
    before: float | None

    @property
    def way(self) -> str:
        """Direction of the cases against the week before."""
        now = self.values["cases_week"]
        if now is None or self.before is None:
            return ""
        return "same" if now == self.before else "up" if now > self.before else "down"


@dataclass(frozen=True, slots=True)
class AgeBar:
    """Confirmed cases of an age group by sex, and the widths of their bars in per cent of the greatest."""

    label: str
    female: int
    male: int
    female_width: int
    male_width: int

    @property
    def female_left(self) -> int:
        """Left edge of the women's bar, which ends at 100."""
        return 100 - self.female_width


@dataclass(frozen=True, slots=True)
class Delay:
    """Days between two events of the cases of the last weeks: median, 90th percentile, and number of cases."""

    label: str
    median: float
    most: float
    cases: int


def situation_lines(
    disease: str, areas: Sequence[Area], day: date, known_on: date | None = None
) -> list[SituationLine]:
    """Return the indicators of areas on a day. No area contains another one: a case counts in one of them."""
    if not areas:
        return []
    found = surveillance.indicators(
        disease, [area.code for area in areas], day - timedelta(days=7), day, known_on=known_on
    )
    return [
        SituationLine(
            area,
            {name.replace("-", "_"): _value(found, name, place, -1) for name in COLUMNS if name in found.figures},
            _value(found, "cases-week", place, 0),
        )
        for place, area in enumerate(areas)
    ]


def curve(
    disease: str, area: Area, day: date, by: DayOf, known_on: date | None = None
) -> tuple[CurveChart | None, list[CurvePoint]]:
    """Return the curve of an area until a day."""
    first = day - timedelta(days=CURVE_DAYS + 5)
    series = surveillance.counts(disease, measures.CONFIRMED, [area.code], first, day, by=by, known_on=known_on)
    values = series.values[0]
    points = [
        CurvePoint(
            formats.day_short(first + timedelta(days=number)),
            float(values[number]) if np.isfinite(values[number]) else None,
            _mean(values[number - 6 : number + 1]),
        )
        for number in range(6, len(values))
    ]
    return draw_curve(points, formats.short_number), points


def incidence_courses(disease: str, areas: Sequence[Area], day: date, known_on: date | None = None) -> Indicators:
    """Return the indicators of some areas over the days of the curve, to compare them."""
    first = day - timedelta(days=CURVE_DAYS - 1)
    return surveillance.indicators(disease, [area.code for area in areas], first, day, known_on=known_on)


def age_bars(disease: str, area: Area, day: date, known_on: date | None = None) -> list[AgeBar]:
    """Return the age pyramid of the last four weeks, the oldest first; without cases of unknown age or sex."""
    counts: dict[tuple[str, int], int] = {}
    for row in _grouped(disease, area, day, known_on, AGES_DAYS, ("sex", "age_group")):
        if row["sex"] and row["age_group"] is not None:
            counts[row["sex"], row["age_group"]] = row["cases"]
    most = max(counts.values(), default=0)
    if most <= 0:
        return []
    return [
        AgeBar(
            f"{age}+" if age == 80 else f"{age}-{age + 4}",
            (female := counts.get(("female", age), 0)),
            (male := counts.get(("male", age), 0)),
            round(100 * female / most),
            round(100 * male / most),
        )
        for age in range(80, -1, -5)
    ]


def delays(disease: str, area: Area, day: date, known_on: date | None = None) -> list[tuple[str, str, Delay]]:
    """Return (from, to, delay) between the days of the cases that were reported in the last four weeks."""
    steps = (("onset_on", "specimen_on"), ("onset_on", "reported_on"), ("specimen_on", "reported_on"))
    rows = _grouped(disease, area, day, known_on, DELAY_DAYS, ("onset_on", "specimen_on", "reported_on"))
    result = []
    for start, end in steps:
        days = [(row[end] - row[start]).days for row in rows for _n in range(row["cases"]) if row[start] and row[end]]
        if days:
            delay = Delay(start, float(np.median(days)), float(np.quantile(days, 0.9)), len(days))
            result.append((start, end, delay))
    return result


def children_of(area: Area) -> list[Area]:
    """Return the parts of an area, by name."""
    parts = (each for each in city_tables().areas.values() if each.parent_id == area.code and each.active)
    return sorted(parts, key=lambda each: each.name)


def _grouped(
    disease: str, area: Area, day: date, known_on: date | None, days: int, columns: Sequence[str]
) -> list[dict[str, Any]]:
    """Confirmed cases of an area that were reported in the last days, by columns of the data set."""
    if not case_changes.has_changes(known_on):
        return []
    inside = [code for code, each in city_tables().areas.items() if f"{each.path}/".startswith(f"{area.path}/")]
    with case_changes.open_changes(known_on) as changes:
        rows = changes.filter(
            changes.disease == disease,
            changes.classification == Classification.CONFIRMED.value,
            changes.area.isin(inside),
            changes.reported_on > day - timedelta(days=days),
            changes.reported_on <= day,
        )
        if known_on:
            rows = rows.filter(rows.known_on <= known_on)
        table = rows.group_by(*columns).agg(cases=rows.sign.sum()).to_pyarrow()
    return [row for row in table.to_pylist() if row["cases"] > 0]


def _value(found: Indicators, name: str, place: int, number: int) -> float | None:
    value = found.figures[name][place, number]
    return float(value) if np.isfinite(value) else None


def _mean(values: Floats) -> float | None:
    mean = float(np.mean(values)) if len(values) else np.nan
    return mean if np.isfinite(mean) else None
