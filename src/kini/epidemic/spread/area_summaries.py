"""Summaries of all areas by period: whole weeks where days are known, else the time between two known states."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from kini.city.public import city_tables
from kini.epidemic.diseases.schema import Classification
from kini.epidemic.spread.schema import AreaCounts, AreasContent
from kini.epidemic.spread.weekly_counts import suppress_areas, suppress_cells
from kini.epidemic.statistics.indicators import smoothed_rates
from kini.epidemic.surveillance import case_changes, case_counts, measures, outside_figures
from kini.epidemic.surveillance import queries as surveillance
from kini.epidemic.surveillance.areas import areas_of, smallest_areas
from kini.epidemic.surveillance.case_counts import Question
from kini.epidemic.surveillance.indicators import vaccination_coverage
from kini.epidemic.surveillance.series import OWN_RECORDS

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
#: Days after which doses are too old to be shown beside cases.
DOSES_DAYS = 45
type Shares = tuple[float | None, float | None, float | None]
NO_DOSES: Shares = (None, None, None)


@dataclass(frozen=True, slots=True)
class CountedPeriod:
    """Cases of a period by the smallest area that is known, and by sex and age ("female-20") of the whole city."""

    first: date
    last: date
    counts: Mapping[str, int]
    ages: Mapping[str, int]
    source: str = OWN_RECORDS


def parents() -> dict[str, str]:
    """Return the code of the area around, of every active area but the whole city."""
    return {
        code: area.parent_id for code, area in city_tables().areas.items() if area.active and area.parent_id is not None
    }


def counted_periods(disease: str, first: date, last: date) -> list[CountedPeriod]:
    """Return the periods in a span, oldest first: weeks from Monday to Sunday, without the one that is not over."""
    monday = first - timedelta(days=first.weekday())
    sunday = last - timedelta(days=(last.weekday() + 1) % 7)
    if sunday < monday:
        return []
    lowest = smallest_areas()
    series = surveillance.counts(disease, measures.CONFIRMED, lowest.codes, monday, sunday)
    weeks = series.values.reshape(len(lowest), -1, 7)
    own = (np.array(series.sources).reshape(-1, 7) == OWN_RECORDS).all(-1)
    whole = np.isfinite(weeks).all((0, 2))
    periods = [each for each, is_own in zip(_of_records(disease, monday, sunday), own & whole, strict=True) if is_own]
    stated = [
        CountedPeriod(
            monday + number * WEEK,
            monday + (number + 1) * WEEK - DAY,
            {code: max(round(count), 0) for code, count in zip(lowest.codes, weeks[:, number].sum(-1), strict=True)},
            {},
            series.sources[7 * number],
        )
        for number in np.flatnonzero(whole & ~own).tolist()
    ]
    begun, over = (periods[0].first, periods[-1].last) if periods else (sunday + DAY, sunday)
    between = [] if stated else _between_states(disease, monday, sunday)
    apart = [each for each in between if each.last < begun or each.first > over]
    return sorted([*periods, *stated, *apart], key=lambda each: each.first)


def _of_records(disease: str, monday: date, sunday: date) -> list[CountedPeriod]:
    areas = areas_of([code for code, area in city_tables().areas.items() if area.active])
    daily = case_counts.count_cases(disease, [Question.usual(measures.CONFIRMED)], areas, monday, sunday)[0]
    weekly = daily.reshape(len(areas), -1, 7).sum(-1)
    ages = _age_counts(disease, monday, sunday)
    return [
        CountedPeriod(
            monday + number * WEEK,
            monday + (number + 1) * WEEK - DAY,
            {code: max(int(count), 0) for code, count in zip(areas.codes, weekly[:, number], strict=True) if count},
            ages.get(number, {}),
        )
        for number in range(weekly.shape[-1])
    ]


def _between_states(disease: str, first: date, last: date) -> list[CountedPeriod]:
    """Periods between the days for which a source states the cases until then of all areas."""
    lowest = smallest_areas()
    found = outside_figures.newest_figures(disease, measures.total_of(measures.CONFIRMED), lowest, first, last)
    if not found:
        return []
    days = np.flatnonzero(np.isfinite(found[0].values).all(0)).tolist()
    return [
        CountedPeriod(
            first + timedelta(days=before + 1),
            first + timedelta(days=after),
            {
                code: max(round(count), 0)
                for code, count in zip(
                    lowest.codes, found[0].values[:, after] - found[0].values[:, before], strict=True
                )
            },
            {},
            found[0].source,
        )
        for before, after in pairwise(days)
    ]


def _age_counts(disease: str, monday: date, sunday: date) -> dict[int, dict[str, int]]:
    """Confirmed cases by week (from 0), sex and age group."""
    if not case_changes.has_changes():
        return {}
    with case_changes.open_changes() as changes:
        rows = changes.filter(
            changes.disease == disease,
            changes.classification == Classification.CONFIRMED.value,
            changes.reported_on >= monday,
            changes.reported_on <= sunday,
        )
        table = rows.group_by("reported_on", "sex", "age_group").agg(cases=rows.sign.sum()).to_pyarrow()
    weeks: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for row in table.to_pylist():
        age = "" if row["age_group"] is None else str(row["age_group"])
        weeks[(row["reported_on"] - monday).days // 7][f"{row['sex'] or ''}-{age}"] += row["cases"]
    return {week: {group: max(count, 0) for group, count in sorted(groups.items())} for week, groups in weeks.items()}


def areas_content(
    disease: str, period: CountedPeriod, settled: Mapping[str, int], ages: Mapping[str, int]
) -> AreasContent:
    """Return what is published of a period, from its settled counts."""
    tree = parents()
    shown = suppress_areas(settled, tree)
    root = next(iter(set(tree.values()) - set(tree)))
    known = city_tables().areas
    weeks = ((period.last - period.first).days + 1) / 7
    rates = {
        code: 1e5 * count / people / weeks
        for code, count in shown.items()
        if count is not None and (people := known[code].population)
    }
    smooth = _smoothed({code: shown[code] for code in smallest_areas().codes}, shown[root] or 0, weeks)
    zones = _zones(disease, period.last)
    doses, doses_source, doses_on = _doses(disease, period.last)
    areas = {
        code: AreaCounts(
            cases=count,
            incidence=_rounded(rates.get(code)),
            smoothed=_rounded(smooth.get(code, rates.get(code))),
            zones=zones.get(code, {}) if count is not None else {},
            first_doses=_rounded(doses.get(code, NO_DOSES)[0]),
            second_doses=_rounded(doses.get(code, NO_DOSES)[1]),
            first_doses_here=_rounded(doses.get(code, NO_DOSES)[2]),
        )
        for code, count in shown.items()
        if code != root
    }
    return AreasContent(
        first=period.first,
        last=period.last,
        total=shown[root] or 0,
        areas=areas,
        ages=suppress_cells(ages),
        source=period.source,
        doses_on=doses_on,
        doses_source=doses_source,
    )


def _smoothed(counts: Mapping[str, int | None], total: int, weeks: float) -> dict[str, float]:
    """Smoothed incidence of areas with a published count, from what is published alone, so that it reveals no others.

    Hidden areas are taken to have the mean of what is left of the city's total.
    """
    known = city_tables().areas
    people = np.array([known[code].population or 0 for code in counts], float)
    cases = np.array([np.nan if count is None else count for count in counts.values()], float)
    hidden = np.isnan(cases)
    if not people[~hidden].sum():
        return {}
    if hidden.any():
        left = max(total - np.nansum(cases), 0)
        cases[hidden] = left * people[hidden] / max(people[hidden].sum(), 1)
    rates = smoothed_rates(cases, people)
    shown = [code for code, count in counts.items() if count is not None]
    return {code: float(1e5 * rate / weeks) for code, rate in zip(shown, rates[~hidden], strict=True)}


def _zones(disease: str, day: date) -> dict[str, dict[str, int]]:
    """Neighbourhoods with a case by area and zone."""
    zones = surveillance.zones_on(disease, day)
    known, by_area = city_tables().areas, defaultdict[str, Counter[str]](Counter)
    for each in zones.neighbourhoods:
        for code in known[each.area].path.split("/") if each.area in known else ():
            by_area[code][each.zone.id] += 1
    return {code: dict(counts) for code, counts in by_area.items()}


def _doses(disease: str, day: date) -> tuple[dict[str, Shares], str, date | None]:
    """Doses of each area in per cent of those who should have them, the source, and the day.

    First doses and second doses of the people who live there, first doses that were given there.
    """
    areas = areas_of(list(parents()))
    coverage = vaccination_coverage(disease, areas, day - timedelta(days=DOSES_DAYS), day, None)
    (first, source), (second, _source) = coverage["coverage-first"], coverage["coverage-second"]
    known = np.flatnonzero(np.isfinite(first).any(0))
    if not len(known):
        return {}, "", None
    newest, (here, here_source) = int(known[-1]), coverage["coverage-first-by-place"]
    if here_source != source:
        here = np.full_like(first, np.nan)
    shares: dict[str, Shares] = {
        code: (float(first[place, newest]), _known(second[place, newest]), _known(here[place, newest]))
        for place, code in enumerate(areas.codes)
        if np.isfinite(first[place, newest])
    }
    return shares, source, day - timedelta(days=DOSES_DAYS - newest)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def record_span(disease: str) -> Iterator[date]:
    """Yield the first days of the sources of cases."""
    if own := case_counts.first_day(disease):
        yield own
    if outside := outside_figures.first_day(disease, [measures.CONFIRMED]):
        yield outside
