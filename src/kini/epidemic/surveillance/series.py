"""Counts of areas by day with their source: case records, laboratory tests, other parts of the room, outside figures.

Case records are used unless outside figures know of more than twice as many: then the records are no picture of the
epidemic yet.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

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
        source: of outside figures; OWN_RECORDS when counted in Kini.
    """

    areas: AreaSet
    first: date
    values: Floats
    source: str = OWN_RECORDS

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
    counted = _counted(disease, in_records, areas, first, last, known_on)
    series = []
    for question in questions:
        if question.measure in case_counts.CASE_MEASURES:
            own = next(counted)
        else:
            own = _own(disease, question.measure, areas, first, last, known_on)
        outside = None
        if question == Question.usual(question.measure):
            outside = outside_figures.daily_figures(disease, question.measure, areas, first, last, known_on)
        series.append(_chosen(areas, first, (last - first).days + 1, own, outside))
    return series


def _counted(
    disease: str, questions: list[Question], areas: AreaSet, first: date, last: date, known_on: date | None
) -> Iterator[Floats | None]:
    """Counts of case records for each question; None when the disease has no case record at all."""
    counted = case_counts.count_cases(disease, questions, areas, first, last, known_on) if questions else np.zeros(0)
    if not counted.any() and case_counts.first_day(disease) is None:
        return iter([None] * len(questions))
    return iter(counted)


def _own(disease: str, measure: str, areas: AreaSet, first: date, last: date, known_on: date | None) -> Floats | None:
    if measure in (measures.TESTED, measures.POSITIVE):
        return _tests(disease, measure, areas, first, last, known_on)
    if measure in daily_sources.names():
        return daily_sources.get(measure)(disease, areas, first, last, known_on)
    return None


def _chosen(areas: AreaSet, first: date, days: int, own: Floats | None, outside: Figures | None) -> AreaSeries:
    if outside is None:
        return AreaSeries(areas, first, np.full((len(areas), days), np.nan) if own is None else own)
    stated = np.isfinite(outside.values)
    total = outside.values[stated].sum()
    if own is not None and own.any() and np.nansum(own[stated]) >= COMPLETE_ENOUGH * total:
        return AreaSeries(areas, first, own)
    return AreaSeries(areas, first, outside.values, outside.source)


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
