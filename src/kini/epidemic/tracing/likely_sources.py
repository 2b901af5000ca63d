"""Backward tracing: common sources of cases, ranked by how much they exceed what chance would bring."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import log10
from typing import Literal

import scipy

from kini.city.models import Area
from kini.epidemic.case_records.models import CaseExposure, CaseRecord
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.tracing.models import Attendance, Contact, ContactExposure, Gathering

type SourceType = Literal["gathering", "household", "case"]

#: Share of contacts of a case who fall ill, where none of the disease is known yet.
ATTACK_RATE = 0.1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A common source before it is ranked.

    Attributes:
        cases: keys of those infected there as far as their incubation allows.
        people: who were there and could have fallen ill.
        rate: expected share of them who fall ill by chance or usual spread.
    """

    type: SourceType
    key: int | str
    cases: frozenset[int]
    people: int
    rate: float


@dataclass(frozen=True, slots=True)
class LikelySource:
    """A ranked common source.

    Attributes:
        expected: number of cases among as many people without a common source.
        excess: cases beyond the expected ones.
        surprise: -log10 of the probability of as many cases or more (Poisson): 3 is one in a thousand.
    """

    type: SourceType
    key: int | str
    cases: frozenset[int]
    people: int
    expected: float
    surprise: float

    @property
    def excess(self) -> float:
        return len(self.cases) - self.expected


def rank(candidates: Iterable[Candidate], *, least: int = 2) -> list[LikelySource]:
    """Rank candidates with enough cases by surprise; those that chance explains as well come last.

    At least half a case is expected, so that a small unlucky group does not outrank a large one.
    """
    ranked = []
    for each in candidates:
        if len(each.cases) < least:
            continue
        expected = max(0.5, each.people * each.rate)
        probability = float(scipy.special.pdtrc(len(each.cases) - 1, expected))  # P(as many or more), Poisson
        surprise = -log10(max(probability, 1e-300))
        ranked.append(LikelySource(each.type, each.key, each.cases, each.people, expected, surprise))
    return sorted(ranked, key=lambda each: (-each.surprise, -each.excess, str(each.key)))


def infection_days(disease: str, onset: date) -> tuple[date, date]:
    """Return the first and last day on which a case with that onset can have been infected."""
    incubation = disease_of(disease).incubation
    return onset - timedelta(days=incubation.longest), onset - timedelta(days=incubation.shortest)


def likely_sources(cases: Collection[CaseRecord], area: Area) -> list[LikelySource]:
    """Rank the common sources of cases of one disease.

    Gatherings count those whose day of presence lies within the days of infection; households are those of one house;
    source cases are those that exposures name. Expected are, at a gathering, as many cases as among equally many people
    of the area; for a source case, its contacts times the usual share of contacts who fall ill.
    """
    if not cases:
        return []
    disease = next(iter(cases)).disease
    days = {each.pk: infection_days(disease, each.onset_on or each.reported_on) for each in cases}
    by_person = {each.person_id: each.pk for each in cases}
    rate = len(cases) / area.population if area.population else 1e-3
    return rank(
        [
            *_gatherings(disease, by_person, days, rate),
            *_households(cases, rate),
            *_source_cases(disease, days),
        ]
    )


def _gatherings(
    disease: str, by_person: dict[int, int], days: dict[int, tuple[date, date]], rate: float
) -> Iterable[Candidate]:
    present = defaultdict[int, set[int]](set)
    attendances = Attendance.objects.filter(person__in=by_person, gathering__disease=disease)
    for gathering, person, day in attendances.values_list("gathering", "person", "day"):
        case = by_person[person]
        first, last = days[case]
        if first <= day <= last:
            present[gathering].add(case)
    for each in Gathering.objects.filter(pk__in=present):
        people = max(each.people or 0, each.attendances.count())
        yield Candidate("gathering", each.pk, frozenset(present[each.pk]), people, rate)


def _households(cases: Collection[CaseRecord], rate: float) -> Iterable[Candidate]:
    houses = defaultdict[str, set[int]](set)
    for each in cases:
        if each.house:
            houses[each.house].add(each.pk)
    for house, keys in houses.items():
        yield Candidate("household", house, frozenset(keys), max(4, len(keys)), rate)


def _source_cases(disease: str, days: dict[int, tuple[date, date]]) -> Iterable[Candidate]:
    contacts = Contact.objects.filter(disease=disease)
    total, ill = contacts.count(), contacts.filter(became_case__isnull=False).count()
    rate = ill / total if total and ill else ATTACK_RATE
    infected = defaultdict[int, set[int]](set)
    exposures = CaseExposure.objects.filter(case__in=days, source_case__isnull=False)
    for source, case, first_day, last_day in exposures.values_list("source_case", "case", "first_day", "last_day"):
        first, last = days[case]
        if (last_day or last) >= first and (first_day or first) <= last:
            infected[source].add(case)
    people = defaultdict[int, int](int)
    for source in ContactExposure.objects.filter(case__in=infected).values_list("case", flat=True):
        people[source] += 1
    for source, keys in infected.items():
        yield Candidate("case", source, frozenset(keys), max(people[source], len(keys)), rate)
