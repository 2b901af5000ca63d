"""Summaries of the whole city by day, from the figures of surveillance."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from kini.core.dated_rules import SourcedRule
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.spread.schema import (
    Calibration,
    DayContent,
    Declared,
    Figure,
    FigureName,
    Level,
    NowcastDay,
    Rating,
    Rule,
)
from kini.epidemic.surveillance import measures
from kini.epidemic.surveillance import queries as surveillance
from kini.epidemic.surveillance.areas import whole_city
from kini.epidemic.surveillance.indicators import Indicators
from kini.epidemic.surveillance.levels import LevelResult, levels_of
from kini.epidemic.surveillance.series import AreaSeries, Floats
from kini.epidemic.surveillance.zones import Zones

#: Days of the curve.
CURVE_DAYS = 120
WEEK = 7
#: Indicator behind each figure; the first one that is known.
INDICATORS: dict[FigureName, tuple[str, ...]] = {
    FigureName.NEW_CASES: ("cases",),
    FigureName.INCIDENCE: ("incidence",),
    FigureName.REPRODUCTION: ("reproduction",),
    FigureName.POSITIVITY: ("positivity",),
    FigureName.BEDS: ("occupancy-isolation", "occupancy-all"),
    FigureName.INTENSIVE_BEDS: ("occupancy-icu",),
    FigureName.DEATHS: ("deaths",),
    FigureName.ADMISSIONS: ("admissions",),
    FigureName.FATALITY: ("fatality-lagged",),
    FigureName.DOUBLING_DAYS: ("doubling-time",),
    FigureName.CONTACTS: ("tracing-ratio",),
}


def day_summaries(disease: str, first: date, last: date) -> Iterator[DayContent]:
    """Yield the summary of each day on which the number of new cases is known, oldest first."""
    city = whole_city()
    begin = first - timedelta(days=CURVE_DAYS - 1)
    found = surveillance.indicators(disease, city.codes, begin, last)
    onset = surveillance.counts(disease, measures.CONFIRMED, city.codes, begin, last, by="onset")
    population = int(city.population[0])
    nowcast = _nowcast(disease, last)
    for number, zones in enumerate(surveillance.zones_of_days(disease, first, last)):
        day, end = zones.day, CURVE_DAYS + number
        until = found.until(end)
        if not np.isfinite(until.figures["cases"][0, -1]):
            continue
        yield DayContent(
            day=day,
            population=population,
            figures=_figures(disease, until, day),
            level=_level(levels_of(until, day)[0]),
            declared=_declared(disease, city.codes[0], day),
            **_zones(zones),
            by_report=_counts(found.figures["cases"][0, end - CURVE_DAYS : end]),
            by_onset=_onset(onset, found, end),
            nowcast=nowcast if day == last else (),
            **_assessments(disease, day),
        )


def _figures(disease: str, until: Indicators, day: date) -> dict[FigureName, Figure]:
    stale = disease_of(disease).surveillance.stale_after
    figures = {}
    for figure, names in INDICATORS.items():
        for name in names:
            if name in until.figures and (made := _figure(until, name, day, stale)):
                figures[figure] = made
                break
    return figures


def _figure(until: Indicators, name: str, day: date, stale: int) -> Figure | None:
    values = until.figures[name][0]
    recent = np.flatnonzero(np.isfinite(values[-stale - 1 :]))
    if not len(recent):
        return None
    place = max(len(values) - stale - 1, 0) + int(recent[-1])
    before = values[place - WEEK] if place >= WEEK else np.nan
    bounds = [until.figures.get(f"{name}-{bound}") for bound in ("low", "high")]
    low, high = (None if each is None else _known(each[0, place]) for each in bounds)
    return Figure(
        value=float(values[place]),
        low=low,
        high=high,
        before=_known(before),
        measured_on=day - timedelta(days=len(values) - 1 - place),
        source=until.source(name, len(values) - 1 - place),
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _level(result: LevelResult) -> Level | None:
    if result.rule is None or result.lowest is None or result.highest is None:
        return None
    return Level(
        lowest=result.lowest,
        highest=result.highest,
        transmission=result.transmission,
        capacity=result.capacity,
        ratings=tuple(Rating(name=each.name, value=each.value, rating=each.rating) for each in result.ratings),
        held_up=any(check.gate.level < result.highest and check.passed is not True for check in result.gates),
        rule=_rule(result.rule),
    )


def _rule(rule: SourcedRule) -> Rule:
    return Rule(since=rule.since, source=rule.source, confidence=rule.confidence)


def _declared(disease: str, area: str, day: date) -> Declared | None:
    row = surveillance.declared_level(disease, area, day)
    if row is None:
        return None
    return Declared(name=row.name, level=row.level, since=row.since, decree=row.decree, checked=row.checked)


def _zones(zones: Zones) -> dict[str, object]:
    if zones.rule is None or not zones.neighbourhoods:
        return {}
    return {"zones": zones.by_zone(), "zone_rule": _rule(zones.rule)}


def _counts(values: Floats) -> tuple[int | None, ...]:
    return tuple(round(float(value)) if np.isfinite(value) else None for value in values)


def _onset(onset: AreaSeries, found: Indicators, end: int) -> tuple[int | None, ...]:
    """Cases by onset; none where cases come from outside, which have no onset."""
    if any(found.sources["cases"][end - CURVE_DAYS : end]) or not onset.values.any():
        return ()
    return _counts(onset.values[0, end - CURVE_DAYS : end])


def _nowcast(disease: str, day: date) -> tuple[NowcastDay, ...]:
    """Expected cases of the last days by onset; () when too few cases are known."""
    series = surveillance.nowcast(disease, whole_city().codes, day)
    if series is None:
        return ()
    return tuple(
        NowcastDay(day=series.first + timedelta(days=n), median=float(median), low=float(low), high=float(high))
        for n, (median, low, high) in enumerate(zip(series.median[0], series.low[0], series.high[0], strict=True))
    )


def _assessments(disease: str, day: date) -> dict[str, object]:
    """Newest measures of how well the methods held, until a day."""
    measured = surveillance.calibration(disease, day)
    calibration = Calibration(share=100 * measured.covered, days=measured.days) if measured else None
    return {"calibration": calibration, "false_alarms": surveillance.false_alarms(disease, day)}
