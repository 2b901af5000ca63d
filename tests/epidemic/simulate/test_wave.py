"""The made-up wave: its shape, its records, its removal."""

import numpy as np
import pytest
from django.db import connection
from django.db.models import Sum

from kini.city import actions as city_actions
from kini.core.actors import system
from kini.epidemic.case_records.models import CaseExposure, CaseRecord, ClassificationChange, HospitalStay, LabTest
from kini.epidemic.simulate.actions import create_wave, remove_wave
from kini.epidemic.simulate.wave import Times, simulate_wave
from kini.epidemic.surveillance import case_changes
from kini.epidemic.surveillance.models import AreaFigure, CountedState
from kini.people.models import Person
from kini.web.formats import today

BY = system("tests")
TIMES = Times((4.8, 2.3), (5, 2.5))


def test_a_wave_rises_infects_in_order_and_is_the_same_again() -> None:
    wave = simulate_wave([20_000] * 100, 20_000, TIMES, seed=7)
    again = simulate_wave([20_000] * 100, 20_000, TIMES, seed=7)
    assert np.array_equal(wave.reported, again.reported)
    assert (wave.reported <= wave.last_day).sum() >= 20_000
    linked = wave.infector >= 0
    assert (wave.infected[linked] > wave.infected[wave.infector[linked]]).all()
    inside = wave.in_household
    assert (wave.household[inside] == wave.household[wave.infector[inside]]).all()
    assert np.bincount(wave.household).max() <= 7
    assert 0.25 < inside.mean() < 0.45
    elderly = wave.age >= 65
    assert (wave.died[elderly] >= 0).mean() > 5 * (wave.died[~elderly] >= 0).mean()
    weekly = np.bincount(wave.reported // 7)
    assert weekly.max() > 10 * weekly[:4].max()


def test_records_of_a_wave_are_whole_and_go_without_a_trace(db: None) -> None:
    city_actions.load_pack_tables(by=BY)
    counts = create_wave(by=BY, disease="covid-19", cases=400)
    cases = CaseRecord.objects.filter(source="demo")
    confirmed = cases.filter(classification="confirmed")
    assert confirmed.count() >= 400
    assert counts["cases"] == cases.count() == ClassificationChange.objects.count() == LabTest.objects.count()
    assert cases.order_by("-reported_on")[0].reported_on == today()
    assert not cases.filter(classification="suspected").exclude(specimen_on=None).exists()
    assert CaseExposure.objects.filter(source_case__isnull=False).count() > 50
    assert HospitalStay.objects.exclude(facility=None).exists()
    person = Person.objects.filter(source="epidemic.demo").order_by("pk")[0]
    assert person.name.split()[-1].isdigit()
    assert person.birth_date
    assert person.search_keys == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM people_person WHERE id = %s", [person.pk])
        assert person.name.encode() not in bytes(cursor.fetchone()[0])
    tested = AreaFigure.objects.filter(measure="tested").aggregate(total=Sum("value"))["total"]
    assert tested > 4 * confirmed.count()
    case_changes.count_records(today())
    assert CountedState.objects.count() == cases.count()
    assert CountedState.objects.order_by("known_from")[0].known_from < today()
    with pytest.raises(Exception, match="made-up wave already"):
        create_wave(by=BY, disease="covid-19", cases=400)
    assert remove_wave(by=BY) >= counts["persons"]
    case_changes.count_records(today())
    for model in (
        CaseRecord,
        ClassificationChange,
        LabTest,
        HospitalStay,
        CaseExposure,
        AreaFigure,
        CountedState,
        Person,
    ):
        assert not model.objects.exists()
