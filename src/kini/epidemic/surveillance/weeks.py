"""Weekly counts of areas: of case records from Monday to Sunday, or of outside figures by their own weeks."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from kini.epidemic.surveillance import measures, outside_figures, series
from kini.epidemic.surveillance.areas import AreaSet
from kini.epidemic.surveillance.case_counts import Question

type Floats = NDArray[np.float64]

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WeeklyCounts:
    """Cases by week.

    Attributes:
        first_days: first day of each week, in order.
        values: shape (areas, weeks); no week is missing.
        calendar: the weeks follow each other in the calendar; else 52 stand for a year.
    """

    areas: AreaSet
    first_days: tuple[date, ...]
    values: Floats
    source: str
    calendar: bool = True


def weekly_counts(
    disease: str, areas: AreaSet, day: date, weeks: int, known_on: date | None = None
) -> WeeklyCounts | None:
    """Confirmed cases of the last whole weeks until a day; None without any.

    Case records and daily figures are summed from Monday to Sunday. Where there are none, figures of whole weeks are
    taken as they come, one after the other: publishers number 52 weeks in each year.
    """
    sunday = day - timedelta(days=day.isoweekday() % 7)
    first = sunday - weeks * WEEK + timedelta(days=1)
    daily = series.area_series(disease, Question.usual(measures.CONFIRMED), areas, first, sunday, known_on)
    if np.isfinite(daily.values).any():
        sums = daily.values.reshape(len(areas), weeks, 7).sum(-1)
        begun = _begin(sums)
        mondays = tuple(first + WEEK * number for number in range(weeks))
        return WeeklyCounts(areas, mondays[begun:], np.nan_to_num(sums[:, begun:]), daily.source)
    stated = outside_figures.newest_figures(
        disease, f"{measures.CONFIRMED}{measures.WEEKLY}", areas, first, day, known_on
    )
    if not stated:
        return None
    columns = np.flatnonzero(np.isfinite(stated[0].values).any(0))
    begins = tuple(first + timedelta(days=int(column) - 6) for column in columns)
    return WeeklyCounts(areas, begins, np.nan_to_num(stated[0].values[:, columns]), stated[0].source, False)


def _begin(sums: Floats) -> int:
    """First week of the counts: after the last gap, with the first case."""
    known = np.flatnonzero(np.isfinite(sums).any(0))
    gaps = np.flatnonzero(np.isnan(sums).all(0))
    after = int(gaps[gaps < known[-1]][-1]) + 1 if len(known) and (gaps < known[-1]).any() else 0
    return after + int(np.argmax((np.nan_to_num(sums[:, after:]) != 0).any(0)))
