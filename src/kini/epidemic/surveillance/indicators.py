"""Indicators of a disease by area and day, from case records or outside figures (health.md's list, after WHO 2021).

Each is an array (areas, days) with NaN where it is not known or would say nothing. Shares are in percent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from django.db.models import Max
from numpy.typing import NDArray

from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.diseases.schema import Disease
from kini.epidemic.statistics import indicators as formulas
from kini.epidemic.statistics.reproduction import discretize_serial_interval, estimate_reproduction_number
from kini.epidemic.surveillance import case_counts, measures, outside_figures
from kini.epidemic.surveillance.areas import AreaSet
from kini.epidemic.surveillance.case_counts import Question
from kini.epidemic.surveillance.models import AreaFigure
from kini.epidemic.surveillance.outside_figures import newest_figures
from kini.epidemic.surveillance.series import OWN_RECORDS, AreaSeries, daily_sources, several_series

type Floats = NDArray[np.float64]

WEEK = 7
#: Fewer cases in a window say nothing about the reproduction number (coefficient of variation above 0.29).
LEAST_CASES = 11
#: Days on which a reproduction number depends beyond its window.
SERIAL_DAYS = 28
#: Least days of history behind a shorter span: windows, lags, serial intervals.
HISTORY = 120
INTERVAL = 0.95
#: Age in years from which people are elderly.
OLD_FROM = 60
MEASURED = (measures.CONFIRMED, measures.DEATHS, measures.ADMITTED, measures.IMPORTED, measures.KNOWN_CONTACTS)
#: Order in which sources of doses are used; others come after them.
DOSE_SOURCES = {measures.IMPORTED_DOSES: 0, measures.COUNTED_DOSES: 1}
NOT_IN_RECORDS = (measures.TESTED, measures.POSITIVE, measures.CONTACTS)


@dataclass(frozen=True, slots=True)
class Indicators:
    """Indicators of areas by day.

    Attributes:
        figures: arrays (areas, days) by name of the indicator.
        sources: outside source of each indicator on each day, OWN_RECORDS when computed from Kini's records.
    """

    disease: str
    areas: AreaSet
    first: date
    figures: Mapping[str, Floats]
    sources: Mapping[str, Sequence[str]]

    @property
    def last(self) -> date:
        return self.first + timedelta(days=next(iter(self.figures.values())).shape[-1] - 1)

    def source(self, name: str, age: int = 0) -> str:
        """Return the source of an indicator so many days before the last one."""
        return self.sources[name][-1 - age]

    def until(self, days: int) -> "Indicators":
        """Return the indicators of the first days alone."""
        figures = {name: values[:, :days] for name, values in self.figures.items()}
        return replace(self, figures=figures, sources={name: each[:days] for name, each in self.sources.items()})

    def newest(self, name: str, days_old: int) -> tuple[Floats, Floats]:
        """Newest value of each area in the last days, and its age in days; NaN without one."""
        recent = self.figures[name][:, -days_old - 1 :]
        known = np.isfinite(recent)
        age = np.where(known.any(-1), np.argmax(known[:, ::-1], axis=-1), np.nan)
        place = recent.shape[-1] - 1 - np.nan_to_num(age).astype(int)
        return np.where(np.isnan(age), np.nan, recent[np.arange(len(recent)), place]), age


def indicators(disease: str, areas: AreaSet, first: date, last: date, known_on: date | None = None) -> Indicators:
    """Compute all indicators for a span of days."""
    about = disease_of(disease)
    begin = _begin(disease, first, known_on)
    questions = [Question.usual(name) for name in (*MEASURED, *NOT_IN_RECORDS)]
    usual = several_series(disease, questions, areas, begin, last, known_on)
    series = dict(zip((*MEASURED, *NOT_IN_RECORDS), usual, strict=True))
    figures, by_day = _of_series(about, areas, series)
    sources: dict[str, str] = {}
    for ward in (measures.ALL_WARDS, *about.wards):
        figures[f"occupancy-{ward}"], sources[f"occupancy-{ward}"] = occupancy(
            disease, ward, tuple(about.wards), areas, begin, last, known_on
        )
    if not np.isfinite(figures["positivity"]).any() and (
        stated := _state(disease, measures.total_of(measures.POSITIVITY), areas, begin, last, known_on)
    ):
        sources["positivity"], figures["positivity"] = stated
    coverage = vaccination_coverage(disease, areas, begin, last, known_on)
    figures |= {name: values for name, (values, _source) in coverage.items()}
    sources |= {name: source for name, (_values, source) in coverage.items()}
    days, shown = (last - begin).days + 1, slice((first - begin).days, None)
    by_day |= {name: (source,) * days for name, source in sources.items()}
    shown_figures = {name: each[:, shown] for name, each in figures.items()}
    return Indicators(disease, areas, first, shown_figures, {name: each[shown] for name, each in by_day.items()})


def of_counts(about: Disease, areas: AreaSet, counts: Mapping[str, Floats], first: date) -> dict[str, Floats]:
    """Indicators of complete arrays of counts, by measure; for computations apart from the city's tables."""
    sources = (OWN_RECORDS,) * counts[measures.CONFIRMED].shape[-1]
    series = {name: AreaSeries(areas, first, values, sources) for name, values in counts.items()}
    return _of_series(about, areas, series)[0]


def _begin(disease: str, first: date, known_on: date | None) -> date:
    """First day of the counts: that of the epidemic, as the case fatality counts from there."""
    starts = [first - timedelta(days=HISTORY)]
    if own := case_counts.first_day(disease):
        starts.append(own)
    if outside := outside_figures.first_day(disease, (measures.CONFIRMED, measures.DEATHS), known_on):
        starts.append(outside)
    return min(starts)


def _of_series(
    about: Disease, areas: AreaSet, series: Mapping[str, AreaSeries]
) -> tuple[dict[str, Floats], dict[str, tuple[str, ...]]]:
    cases, deaths = series[measures.CONFIRMED], series[measures.DEATHS]
    people = np.where(areas.population > 0, areas.population, np.nan)
    week = {name: formulas.window_sums(each.values, WEEK) for name, each in series.items()}
    per_people = {name: 1e5 * sums / people[:, None] for name, sums in week.items()}
    lag = about.surveillance.fatality_lag
    # By day of report: the last onsets are not reported yet, which would look like a falling number.
    reproduction = reproduction_number(about, cases.values, series[measures.IMPORTED].values)
    figures = {
        "cases": series[measures.CONFIRMED].values,
        "deaths": series[measures.DEATHS].values,
        "cases-week": week[measures.CONFIRMED],
        "deaths-week": week[measures.DEATHS],
        "incidence": per_people[measures.CONFIRMED],
        "incidence-smoothed": smoothed(week[measures.CONFIRMED], areas.population),
        "admissions": per_people[measures.ADMITTED],
        "mortality": per_people[measures.DEATHS],
        "positivity": 100 * formulas.positivity(series[measures.POSITIVE].values, series[measures.TESTED].values),
        "fatality": 100 * _fatality(deaths.values, cases.values, 0),
        "fatality-lagged": 100 * _fatality(deaths.values, cases.values, lag),
        "growth": 100 * formulas.growth(np.maximum(cases.values, 0)),
        "doubling-time": formulas.doubling_time(np.maximum(cases.values, 0)),
        **reproduction,
        "tracing-ratio": _share(week[measures.CONTACTS], week[measures.CONFIRMED]),
        "known-contacts": 100 * _share(week[measures.KNOWN_CONTACTS], week[measures.CONFIRMED]),
    }
    sources = dict.fromkeys(figures, cases.sources)
    sources |= dict.fromkeys(("deaths", "deaths-week", "mortality"), deaths.sources)
    sources |= {"admissions": series[measures.ADMITTED].sources, "positivity": series[measures.TESTED].sources}
    sources |= {"tracing-ratio": series[measures.CONTACTS].sources}
    return figures, sources


def reproduction_number(about: Disease, cases: Floats, elsewhere: Floats) -> dict[str, Floats]:
    """Reproduction number of the last seven days (Cori) with its central 95 % interval; NaN below LEAST_CASES."""
    interval = discretize_serial_interval(about.serial_interval.mean, about.serial_interval.sd, SERIAL_DAYS)
    gaps = np.isnan(cases)
    started = np.maximum.accumulate(~gaps, axis=-1)
    counts = np.maximum(np.nan_to_num(cases), 0)
    imported = np.minimum(np.nan_to_num(elsewhere), counts)
    names = ("reproduction", "reproduction-low", "reproduction-high")
    empty = {name: np.full(cases.shape, np.nan) for name in names}
    if cases.shape[-1] <= WEEK + 1:
        return empty
    posterior = estimate_reproduction_number(counts - imported, interval, imported=imported, window=WEEK)
    window = formulas.window_sums(counts, WEEK)[:, WEEK:]
    troubled = formulas.window_sums((gaps & started).astype(float), min(SERIAL_DAYS, cases.shape[-1]))[:, WEEK:]
    said = (window >= LEAST_CASES) & ~(troubled > 0) & ~gaps[:, WEEK:] & np.isfinite(posterior.shape)
    tail = (1 - INTERVAL) / 2
    shape, scale = posterior.shape[said], posterior.scale[said]
    chosen = type(posterior)(shape, scale)
    for name, values in zip(names, (chosen.mean, chosen.quantile(tail), chosen.quantile(1 - tail)), strict=True):
        empty[name][:, WEEK:][said] = values
    return empty


def smoothed(week: Floats, population: Floats) -> Floats:
    """Weekly incidence of small areas, drawn towards that of all of them by empirical Bayes, per 100,000 people."""
    counts = np.maximum(np.nan_to_num(week), 0).T
    rates = 1e5 * formulas.smoothed_rates(counts, np.broadcast_to(population, counts.shape)).T
    return np.where(np.isnan(week), np.nan, rates)


def occupancy(
    disease: str, ward: str, wards: Iterable[str], areas: AreaSet, first: date, last: date, known_on: date | None
) -> tuple[Floats, str]:
    """Occupied beds in per cent, mean of what is known of seven days, on days with a figure; "all" wards: together."""
    begin = first - timedelta(days=WEEK - 1)
    parts = tuple(wards) if ward == measures.ALL_WARDS else (ward,)
    source, rate = OWN_RECORDS, np.full((len(areas), (last - begin).days + 1), np.nan)
    used = _sum_of(
        [_state(disease, measures.of_ward(measures.OCCUPIED, each), areas, begin, last, known_on) for each in parts]
    )
    beds = _sum_of(
        [_state(disease, measures.of_ward(measures.BEDS, each), areas, begin, last, known_on) for each in parts]
    )
    if ward == measures.ALL_WARDS and not (used and beds):
        used = _state(disease, measures.of_ward(measures.OCCUPIED, ward), areas, begin, last, known_on)
        beds = _state(disease, measures.of_ward(measures.BEDS, ward), areas, begin, last, known_on)
    if used and beds:
        source, rate = used[0], 100 * _share(used[1], beds[1])
    stated = _state(disease, measures.of_ward(measures.OCCUPANCY, ward), areas, begin, last, known_on)
    if stated:
        source = stated[0] if not np.isfinite(rate).any() else source
        rate = np.where(np.isfinite(rate), rate, stated[1])
    known = np.isfinite(rate)
    sums = formulas.window_sums(np.nan_to_num(rate), WEEK)[:, WEEK - 1 :]
    mean = _share(sums, formulas.window_sums(known.astype(float), WEEK)[:, WEEK - 1 :])
    return np.where(known[:, WEEK - 1 :], mean, np.nan), source


def vaccination_coverage(
    disease: str, areas: AreaSet, first: date, last: date, known_on: date | None
) -> dict[str, tuple[Floats, str]]:
    """Doses in percent of those who should have them, by name of the indicator, with their source.

    Without targets of the elderly, these are the people of 60 years and more.
    """
    shape = len(areas), (last - first).days + 1
    result = {}
    for group, name in (("", "coverage"), (measures.ELDERLY, "coverage-elderly")):
        target = _target(disease, group, areas, first, last, known_on)
        for number, order in ((1, "first"), (2, "second")):
            given = _state(disease, measures.dose(number, group), areas, first, last, known_on)
            known = given is not None and target is not None
            values = (
                100 * _share(given[1], target) if given is not None and target is not None else np.full(shape, np.nan)
            )
            result[f"{name}-{order}"] = values, given[0] if given and known else OWN_RECORDS
    target = _target(disease, "", areas, first, last, known_on)
    here = newest_figures(disease, measures.dose(1, measures.BY_PLACE), areas, first, last, known_on)
    share = 100 * _share(here[0].values, target) if here and target is not None else np.full(shape, np.nan)
    result["coverage-first-by-place"] = share, here[0].source if here else OWN_RECORDS
    return result


def _target(disease: str, group: str, areas: AreaSet, first: date, last: date, known_on: date | None) -> Floats | None:
    """People who should have doses: as stated on the day, or else the newest population of an age of 60 and more."""
    if stated := _state(disease, measures.total_of(f"{group}{measures.TARGET}"), areas, first, last, known_on):
        return stated[1]
    if group != measures.ELDERLY:
        return None
    names = AreaFigure.objects.filter(
        measure__regex=rf"^{measures.POPULATION}-\d+(-\d+)?{measures.TOTAL}$", day__lte=last
    )
    newest: dict[str, date] = dict(names.values_list("measure").annotate(newest=Max("day")))
    bands = [name for name in newest if int(name.split("-")[1]) >= OLD_FROM]
    if not bands:
        return None
    owner = names.filter(measure=bands[0]).values_list("disease", flat=True)[0]
    people = [newest_figures(owner, name, areas, newest[name], newest[name], known_on) for name in bands]
    return np.sum([each[0].values[:, -1:] for each in people], axis=0) if all(people) else None


def _state(
    disease: str, measure: str, areas: AreaSet, first: date, last: date, known_on: date | None
) -> tuple[str, Floats] | None:
    """States from the part of the room that keeps them, or else from the outside source with the most."""
    own = daily_sources.find(measure)
    values = own(disease, areas, first, last, known_on) if own else None
    if values is not None and np.isfinite(values).any():
        return OWN_RECORDS, values
    found = newest_figures(disease, measure, areas, first, last, known_on)
    if "dose-" in measure or measure.endswith(measures.total_of(measures.TARGET)):
        found.sort(key=lambda each: DOSE_SOURCES.get(each.source, len(DOSE_SOURCES)))
    return (found[0].source, found[0].values) if found else None


def _sum_of(states: list[tuple[str, Floats] | None]) -> tuple[str, Floats] | None:
    """Sum of the states of all wards; None if one is missing."""
    known = [state for state in states if state]
    return (
        (known[0][0], np.sum([values for _source, values in known], axis=0))
        if len(known) == len(states) and known
        else None
    )


def _fatality(deaths: Floats, cases: Floats, lag: int) -> Floats:
    """Case fatality, NaN on days without counts."""
    known = np.isfinite(deaths) & np.isfinite(cases)
    return np.where(known, formulas.fatality(np.nan_to_num(deaths), np.nan_to_num(cases), lag), np.nan)


def _share(upper: Floats, lower: Floats) -> Floats:
    return np.asarray(np.divide(upper, lower, out=np.full(upper.shape, np.nan), where=lower > 0))
