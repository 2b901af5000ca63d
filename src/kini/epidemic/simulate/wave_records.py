"""Records of a made-up wave: persons, cases, tests, exposures and stays, written by COPY with the source "demo"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kini.city import queries as city_queries
from kini.city.models import Agency, Area, Unit
from kini.city.public import city_tables, pack
from kini.core import references
from kini.core.crypto import keyed_hash
from kini.core.database.bulk_copy import copy_rows, reserve_keys
from kini.epidemic.case_records.models import CaseExposure, CaseRecord, ClassificationChange, HospitalStay, LabTest
from kini.epidemic.case_records.record_access import PREFIX
from kini.epidemic.diseases.classification import Classified, RecordFacts, classify
from kini.epidemic.diseases.schema import Classification, Disease
from kini.epidemic.simulate.wave import Wave
from kini.people.models import Person

SOURCE, PERSON_SOURCE = "demo", "epidemic.demo"
#: Made-up residents are numbered from here, after those who can sign in.
FIRST_NUMBER = 1001
#: People of a neighbourhood unit (RW), and of its parts (RT) in each.
PEOPLE_OF_RW, PARTS_OF_RW = 2500, 10
NOON = time(12)
WAITING = gettext_noop("Waiting for the result of the test")


@dataclass
class WaveRecords:
    """Writer of a wave's records.

    Attributes:
        areas: by the wave's numbers.
        chosen: numbers of the cases that are known today, in the order of their infection.
        pending: those of them whose result is not known yet.
    """

    disease_id: str
    disease: Disease
    wave: Wave
    areas: Sequence[Area]
    today: date
    rng: np.random.Generator
    chosen: list[int] = field(init=False)
    person_keys: dict[int, int] = field(init=False)
    case_keys: dict[int, int] = field(init=False)
    rw_rt: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    first_day: date = field(init=False)

    def __post_init__(self) -> None:
        wave, last = self.wave, self.wave.last_day
        self.first_day = self.today - timedelta(days=last)
        known = (wave.reported <= last) | ((wave.specimen <= last) & wave.symptomatic)
        self.chosen = np.flatnonzero(known).tolist()
        self.person_keys = dict(zip(self.chosen, reserve_keys(Person, len(self.chosen)), strict=True))
        self.case_keys = dict(zip(self.chosen, reserve_keys(CaseRecord, len(self.chosen)), strict=True))

    def write(self) -> dict[str, int]:
        """Write everything; returns numbers of rows by table."""
        test, positive = self._test
        return {
            "persons": copy_rows(Person, _PERSON, self._persons()),
            "cases": copy_rows(CaseRecord, _CASE, self._cases()),
            "classifications": copy_rows(ClassificationChange, _CHANGE, self._changes()),
            "tests": copy_rows(LabTest, _TEST, self._tests(test, positive)),
            "exposures": copy_rows(CaseExposure, _EXPOSURE, self._exposures()),
            "stays": copy_rows(HospitalStay, _STAY, self._stays()),
        }

    def day(self, number: int) -> date:
        return self.first_day + timedelta(days=int(number))

    def moment(self, day: date) -> datetime:
        return datetime.combine(day, NOON, pack.current().timezone)

    def is_pending(self, case: int) -> bool:
        return int(self.wave.reported[case]) > self.wave.last_day

    def reported_on(self, case: int) -> date:
        """Day of the report; a case without a result was reported with its specimen."""
        return self.day(self.wave.specimen[case] if self.is_pending(case) else self.wave.reported[case])

    @cached_property
    def agency(self) -> Agency:
        hospital = Unit.objects.filter(type="hospital", active=True).select_related("agency").order_by("pk").first()
        return hospital.agency if hospital else Agency.objects.order_by("pk")[0]

    @cached_property
    def units(self) -> dict[str, str | None]:
        units = {area.code: city_queries.unit_for(self.agency.pk, area) for area in self.areas}
        return {code: unit.pk if unit else None for code, unit in units.items()}

    @cached_property
    def hospitals(self) -> dict[str, list[str]]:
        """Hospitals by area: those of the same part of the city, else all."""
        every = list(Unit.objects.filter(type="hospital", active=True).select_related("area").order_by("pk"))
        parts: dict[str, list[str]] = {}
        for area in self.areas:
            part = area.path.split("/")[:2]
            near = [unit.pk for unit in every if unit.area.path.split("/")[:2] == part]
            parts[area.code] = near or [unit.pk for unit in every]
        return parts

    @cached_property
    def _test(self) -> tuple[str, str]:
        name, test = next(iter(self.disease.tests.items()))
        return name, test.results[0]

    @cached_property
    def _confirmed(self) -> Classified:
        decided = classify(self.disease, RecordFacts(tests=["-".join(self._test)]), self.today)
        if decided is None:
            raise LookupError(f"A positive {self._test[0]} decides nothing in {self.disease_id}.")
        return decided

    def _place(self, case: int) -> tuple[str, str, str]:
        """RW, RT and house of a case's household."""
        household = int(self.wave.household[case])
        if household not in self.rw_rt:
            area = self.areas[int(self.wave.area[case])]
            many = max(1, (area.population or 0) // PEOPLE_OF_RW)
            rw, rt = self.rng.integers(many) + 1, self.rng.integers(PARTS_OF_RW) + 1
            house = keyed_hash(f"demo {household}", "epidemic.house").hex()[:32]
            self.rw_rt[household] = (f"{rw:03}", f"{rt:03}", house)
        return self.rw_rt[household]

    def _persons(self) -> Iterator[Sequence[Any]]:
        days = self.rng.integers(1, 365, len(self.chosen)).tolist()
        with translation.override(pack.current().languages[0]):
            pattern = _("Resident {number}")
        for number, (case, back) in enumerate(zip(self.chosen, days, strict=True), FIRST_NUMBER):
            reported = self.reported_on(case)
            born = date(reported.year - int(self.wave.age[case]), 1, 1) - timedelta(days=back)
            moment, area = self.moment(reported), self.areas[int(self.wave.area[case])]
            name, sex = pattern.format(number=number), "female" if self.wave.female[case] else "male"
            yield self.person_keys[case], moment, moment, PERSON_SOURCE, name, born, "day", sex, "", area.code, []

    def _cases(self) -> Iterator[Sequence[Any]]:
        symptoms, wave, last = self._symptoms(), self.wave, self.wave.last_day
        numbers = self._references(len(self.chosen))
        death = next(name for name, each in self.disease.outcomes.items() if each.death)
        recovery = next(name for name, each in self.disease.outcomes.items() if not each.death)
        for case, symptom_list, number in zip(self.chosen, symptoms, numbers, strict=True):
            area, reported, pending = self.areas[int(wave.area[case])], self.reported_on(case), self.is_pending(case)
            died = not pending and 0 <= wave.died[case] <= last
            ended = died or (not pending and 0 <= wave.recovered[case] <= last)
            ended_on = self.day(wave.died[case] if died else wave.recovered[case]) if ended else None
            yield (
                self.case_keys[case],
                references.from_number(PREFIX, number),
                self.disease_id,
                self.person_keys[case],
                1,
                Classification.SUSPECTED if pending else self._confirmed.classification,
                self.moment(reported),
                area.code,
                area.path,
                *self._place(case),
                int(wave.age[case]),
                "female" if wave.female[case] else "male",
                self.day(wave.onset[case]) if wave.symptomatic[case] else None,
                None if pending else self.day(wave.specimen[case]),
                reported,
                int(wave.infector[case]) < 0,
                (death if died else recovery) if ended else "",
                ended_on,
                ended_on if died else None,
                symptom_list,
                self.units[area.code],
                self.agency.pk,
                "",
                SOURCE,
                f"{SOURCE}-{self.disease_id}-{case}",
                self.moment(reported),
                self.moment(ended_on or reported),
                1,
            )

    def _references(self, count: int) -> list[int]:
        drawn = np.unique(self.rng.integers(references.NUMBERS, size=count + 1000 + count // 10))
        return [int(number) for number in self.rng.permutation(drawn)[:count]]

    def _symptoms(self) -> list[list[str]]:
        names = list(self.disease.symptoms)
        weights = np.array([1 / (1 + place) for place in range(len(names))])
        weights /= weights.max()
        drawn = self.rng.random((len(self.chosen), len(names))) < weights * 0.75
        drawn &= self.wave.symptomatic[self.chosen][:, None]
        return [[name for name, has in zip(names, row, strict=True) if has] for row in drawn]

    def _changes(self) -> Iterator[Sequence[Any]]:
        decided = self._confirmed
        with_result = (decided.classification, decided.because.root, decided.rule_since, decided.disease_version)
        waiting = {language: _in(language, WAITING) for language in pack.current().languages}
        without = (Classification.SUSPECTED, waiting, None, decided.disease_version)
        for case in self.chosen:
            values = without if self.is_pending(case) else with_result
            yield self.case_keys[case], *values, self.moment(self.reported_on(case))

    def _tests(self, test: str, positive: str) -> Iterator[Sequence[Any]]:
        laboratory = Unit.objects.filter(type="laboratory", active=True).order_by("pk").first()
        for case in self.chosen:
            pending, area = self.is_pending(case), self.areas[int(self.wave.area[case])]
            result_on = None if pending else self.day(self.wave.reported[case])
            yield (
                self.person_keys[case],
                self.case_keys[case],
                self.disease_id,
                area.code,
                test,
                self.day(self.wave.specimen[case]),
                "" if pending else positive,
                result_on,
                laboratory.pk if laboratory else None,
                f"{SOURCE}-{self.disease_id}-{case}",
                SOURCE,
                self.moment(result_on or self.day(self.wave.specimen[case])),
            )

    def _exposures(self) -> Iterator[Sequence[Any]]:
        here = next((name for name, each in self.disease.exposures.items() if not each.elsewhere), "")
        away = next((name for name, each in self.disease.exposures.items() if each.elsewhere), "")
        for case in self.chosen:
            infector, day = int(self.wave.infector[case]), self.day(self.wave.infected[case])
            if infector < 0 and away:
                yield self.case_keys[case], away, day - timedelta(days=3), day, "", None
            elif here and self.wave.known_contact[case] and infector in self.case_keys:
                yield self.case_keys[case], here, day, day, "", self.case_keys[infector]

    def _stays(self) -> Iterator[Sequence[Any]]:
        wave, last = self.wave, self.wave.last_day
        wards = list(self.disease.wards)
        for case in self.chosen:
            if not wards or self.is_pending(case) or not 0 <= wave.admitted[case] <= last:
                continue
            near = self.hospitals[self.areas[int(wave.area[case])].code]
            ward = wards[-1] if wave.intensive[case] else wards[0]
            left = self.day(wave.discharged[case]) if wave.discharged[case] <= last else None
            yield (
                self.case_keys[case],
                near[case % len(near)] if near else None,
                ward,
                self.day(wave.admitted[case]),
                left,
            )


_PERSON = (
    *("id", "created_at", "updated_at", "source", "name", "birth_date", "birth_precision", "sex", "phone", "area"),
    "search_keys",
)
_CASE = (
    *("id", "reference", "disease", "person", "episode", "classification", "classified_at", "area", "area_path", "rw"),
    *("rt", "house", "age", "sex", "onset_on", "specimen_on", "reported_on", "infected_elsewhere", "outcome"),
    *("outcome_on", "died_on", "symptoms", "facility", "agency", "note", "source", "source_key", "created_at"),
    *("updated_at", "version"),
)
_CHANGE = ("case", "classification", "because", "rule_since", "disease_version", "at")
_TEST = (
    *("person", "case", "disease", "area", "test", "specimen_on", "result", "result_on", "laboratory", "number"),
    *("source", "received_at"),
)
_EXPOSURE = ("case", "exposure", "first_day", "last_day", "place", "source_case")
_STAY = ("case", "facility", "ward", "admitted_on", "discharged_on")


def _in(language: str, text: str) -> str:
    with translation.override(language):
        return translation.gettext(text)


def smallest_areas() -> list[Area]:
    """Areas without areas below that have people."""
    areas = city_tables().areas
    deepest = max((area.depth for area in areas.values()), default=0)
    return [area for area in areas.values() if area.depth == deepest and area.active and area.population]
