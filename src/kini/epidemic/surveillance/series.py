"""Counts of areas by day with their source: case records, laboratory tests, other parts of the room, outside figures.

Case records are used in every month but those in which outside figures know of more than twice as many cases, and those
before the first record where outside figures are older: there the records are no picture of the epidemic.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import numpy as np
from django.db.models import Count, Q
from numpy.typing import NDArray

from kini.core.registry import Registry
from kini.epidemic.case_records.models import LabTest
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.surveillance import case_counts, measures, outside_figures
from kini.epidemic.surveillance.areas import AreaSet
from kini.epidemic.surveillance.case_counts import Question
from kini.epidemic.surveillance.outside_figures import Figures

type Floats = NDArray[np.float64]
type Days = NDArray[np.bool_]
#: Function of (disease, areas, first day, last day, known on): array (areas, days), None without figures.
type DailySource = Callable[[str, AreaSet, date, date, date | None], Floats | None]

#: Source of figures that are counted in Kini's own records; any other name is that of `AreaFigure.source`.
OWN_RECORDS = ""
#: Share of the outside figures from which on own records are preferred.
COMPLETE_ENOUGH = 0.5
#: Measures that other parts of the room count: contacts of cases, beds of a ward and the occupied ones.
daily_sources: Registry[DailySource] = Registry("daily source of an epidemic's figures")


@dataclass(frozen=True, slots=True)
class AreaSeries:
    """Numbers of areas by day.

    Attributes:
        values: shape (areas, days); NaN where nothing is known.
        sources: of each day; OWN_RECORDS when counted in Kini.
    """

    areas: AreaSet
    first: date
    values: Floats
    sources: tuple[str, ...]

    @property
    def source(self) -> str:
        """Source of the last day."""
        return self.sources[-1]

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(self.values.shape[-1])]

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.values.shape[-1] - 1)


def area_series(
    disease: str, question: Question, areas: AreaSet, first: date, last: date, known_on: date | None = None
) -> AreaSeries:
    """Series of a measure. Only case records can be counted by onset or specimen, and by age or sex."""
    return several_series(disease, [question], areas, first, last, known_on)[0]


def several_series(
    disease: str,
    questions: list[Question],
    areas: AreaSet,
    first: date,
    last: date,
    known_on: date | None = None,
) -> list[AreaSeries]:
    """Series of several measures, with one query over the case records."""
    in_records = [question for question in questions if question.measure in case_counts.CASE_MEASURES]
    asked = list(dict.fromkeys([Question.usual(measures.CONFIRMED), *in_records])) if in_records else []
    counted = _counted(disease, asked, areas, first, last, known_on)
    outside = {
        question: outside_figures.daily_figures(disease, question.measure, areas, first, last, known_on)
        for question in {*asked, *questions}
        if question == Question.usual(question.measure)
    }
    recorded = np.ones((last - first).days + 1, dtype=bool)
    if counted:
        recorded[: (_records_since(disease, first, known_on) - first).days] = False
        recorded = _recorded_days(recorded, first, counted[asked[0]], outside[asked[0]])
    series = []
    for question in questions:
        own = counted.get(question)
        if question.measure not in case_counts.CASE_MEASURES:
            own = _own(disease, question.measure, areas, first, last, known_on)
        is_usual = question in outside
        series.append(
            _chosen(areas, first, own, outside.get(question), recorded if is_usual else np.ones_like(recorded))
        )
    return series


def _counted(
    disease: str, questions: list[Question], areas: AreaSet, first: date, last: date, known_on: date | None
) -> dict[Question, Floats]:
    """Counts of case records for each question; empty when the disease has no case record at all."""
    counted = case_counts.count_cases(disease, questions, areas, first, last, known_on) if questions else np.zeros(0)
    if not counted.any() and case_counts.first_day(disease) is None:
        return {}
    return dict(zip(questions, counted, strict=True))


def _records_since(disease: str, first: date, known_on: date | None) -> date:
    """First day of the month of the first case record where outside figures are older, else the first day asked for."""
    begun = case_counts.first_day(disease)
    older = outside_figures.first_day(disease, [measures.CONFIRMED], known_on)
    return max(first, begun.replace(day=1)) if begun and older and older < begun else first


def _recorded_days(usual: Days, first: date, own: Floats, outside: Figures | None) -> Days:
    """Mark the days on which own records count: decided by month where outside figures are stated, else as usual."""
    result = usual.copy()
    if outside is None:
        return result
    stated = np.isfinite(outside.values)
    days = range(len(usual))
    for _month, numbers in groupby(days, lambda number: (first + timedelta(days=number)).replace(day=1)):
        month = list(numbers)
        cells = stated[:, month]
        if cells.any():
            mine, theirs = own[:, month][cells], outside.values[:, month][cells]
            result[month] = mine.any() and mine.sum() >= COMPLETE_ENOUGH * theirs.sum()
    return result


def _own(disease: str, measure: str, areas: AreaSet, first: date, last: date, known_on: date | None) -> Floats | None:
    if measure in (measures.TESTED, measures.POSITIVE):
        return _tests(disease, measure, areas, first, last, known_on)
    if measure in daily_sources.names():
        return daily_sources.get(measure)(disease, areas, first, last, known_on)
    return None


def _chosen(areas: AreaSet, first: date, own: Floats | None, outside: Figures | None, recorded: Days) -> AreaSeries:
    unknown = np.full((len(areas), len(recorded)), np.nan)
    if own is None:
        own, recorded = unknown, np.zeros_like(recorded)
    else:
        recorded = _recorded_days(recorded, first, own, outside)
    elsewhere, source = (outside.values, outside.source) if outside else (unknown, OWN_RECORDS)
    sources = tuple(OWN_RECORDS if is_own else source for is_own in recorded.tolist())
    return AreaSeries(areas, first, np.where(recorded, own, elsewhere), sources)


def _tests(disease: str, measure: str, areas: AreaSet, first: date, last: date, known_on: date | None) -> Floats | None:
    """Results of laboratory tests by day of result: of each person and day one."""
    results = LabTest.objects.filter(disease=disease, result_on__range=(first, last))
    if known_on:
        results = results.filter(received_at__date__lte=known_on)
    if measure == measures.POSITIVE:
        positive = Q()
        for name, test in disease_of(disease).tests.items():
            positive |= Q(test=name, result=test.results[0])
        results = results.filter(positive)
    rows = list(results.values_list("area_id", "result_on").annotate(people=Count("person", distinct=True)))
    if not rows and measure == measures.TESTED:
        return None
    values = np.zeros((len(areas), (last - first).days + 1))
    places = areas.places([area for area, _day, _people in rows])
    for place, (_area, day, people) in zip(places, rows, strict=True):
        if place >= 0:
            values[place, (day - first).days] += people
    return values
