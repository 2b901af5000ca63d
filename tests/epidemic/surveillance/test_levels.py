"""Levels and zones by the rule of the day, with the worked examples of ministries and press."""

from datetime import date, timedelta

import pytest

from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.models import DeclaredLevel
from kini.epidemic.surveillance import queries
from kini.epidemic.surveillance.levels import level_by
from tests.epidemic.surveillance.conftest import CITY, DISEASE, count_on, days_from, figures

JULY, OCTOBER, SECOND_DOSES = date(2021, 7, 12), date(2021, 10, 19), date(2022, 3, 1)
SURABAYA = {"cases": 1.95, "admissions": 0.75, "deaths": 0.03, "positivity": 0.39, "contacts": 31.0, "occupancy": 1.66}
NATIONAL = {"cases": 41.67, "deaths": 2.77, "positivity": 14.38, "occupancy": 31.0}


@pytest.fixture(autouse=True)
def pack(settings):
    from tests.city.conftest import JAKARTA

    settings.CITY_PATH = JAKARTA


def rule_on(day):
    rules = [rule for rule in disease_of(DISEASE).surveillance.levels if rule.since <= day]
    return max(rules, key=lambda rule: rule.since)


def test_worked_examples():
    found = level_by(rule_on(JULY), SURABAYA)
    assert (found.transmission, found.capacity, found.level) == (0, 0, 1)
    # Deaths are class 3, although cases are class 2: the worst indicator decides.
    found = level_by(rule_on(JULY), NATIONAL)
    assert (found.transmission, found.capacity, found.level) == (2, 1, 3)
    assert found.missing == ["admissions", "contacts"]


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({"cases": 19.99, "occupancy": 60}, 1),
        ({"cases": 20, "occupancy": 60}, 2),
        ({"cases": 49.9, "occupancy": 80.01}, 3),
        ({"cases": 150, "positivity": 4.9}, 2),
        ({"cases": 150.01, "positivity": 5}, 3),
        ({"cases": 150.01, "positivity": 15.01}, 4),
        ({"deaths": 5, "contacts": 14.1}, 2),
        ({"deaths": 5.01, "contacts": 14}, 3),
        ({"admissions": 30.1, "contacts": 4.99}, 4),
    ],
)
def test_edges(values, level):
    assert level_by(rule_on(JULY), values).level == level


def test_what_is_missing_leaves_several_levels_possible():
    found = level_by(rule_on(JULY), {"cases": 200})
    assert (found.lowest, found.highest, found.level) == (3, 4, None)
    nothing = level_by(rule_on(JULY), {"occupancy": 20})
    assert (nothing.lowest, nothing.highest, nothing.level) == (None, None, None)


@pytest.mark.parametrize(
    ("day", "coverage", "level"),
    [
        (OCTOBER, {"coverage-first": 70, "coverage-elderly-first": 60}, 1),
        (OCTOBER, {"coverage-first": 69.9, "coverage-elderly-first": 60}, 2),
        (OCTOBER, {"coverage-first": 70, "coverage-elderly-first": 39}, 3),
        (OCTOBER, {"coverage-first": 49}, 3),
        (SECOND_DOSES, {"coverage-first": 99, "coverage-elderly-first": 99, "coverage-second": 49}, 3),
        (SECOND_DOSES, {"coverage-second": 70, "coverage-elderly-second": 60}, 1),
    ],
)
def test_gates_of_vaccination(day, coverage, level):
    assert level_by(rule_on(day), SURABAYA | coverage).level == level


def test_unknown_coverage_leaves_several_levels_possible():
    found = level_by(rule_on(OCTOBER), SURABAYA | {"coverage-first": 90})
    assert (found.lowest, found.highest) == (1, 3)
    assert [check.passed for check in found.gates] == [None, None]


def test_a_level_from_outside_figures_names_rule_source_and_age(jakarta):
    begin = date(2021, 6, 28)
    figures(CITY, "confirmed", days_from(begin, [8000] * 15))
    figures(CITY, "deaths", days_from(begin, [100] * 15))
    figures(CITY, "occupancy-isolation-total", {begin: 93}, source="press")
    figures(CITY, "occupancy-all-total", {begin: 90}, source="press")
    found = queries.level_of(DISEASE, CITY, JULY)
    assert (found.level, found.rule.since) == (4, date(2021, 7, 3))
    by_name = {rating.name: rating for rating in found.ratings}
    assert by_name["cases"].value == pytest.approx(7 * 8000 / 11_038_216 * 1e5)
    assert (by_name["occupancy"].value, by_name["occupancy"].source) == (90, "press")
    assert by_name["occupancy"].age == 14
    assert found.missing == ["admissions", "positivity", "contacts"]
    assert queries.level_of(DISEASE, CITY, date(2021, 7, 2)).rule is None


def test_declared_levels_stand_beside(jakarta):
    DeclaredLevel.objects.create(
        area_id=CITY, disease=DISEASE, since=date(2021, 7, 3), until=date(2021, 7, 20), name="PPKM Darurat"
    )
    found = queries.declared_level(DISEASE, "31.71.06.1001", JULY)
    assert (found.name, found.checked) == ("PPKM Darurat", False)
    assert queries.declared_level(DISEASE, CITY, date(2021, 7, 21)) is None


FEBRUARY, APRIL = date(2021, 2, 9), date(2021, 4, 6)


@pytest.mark.parametrize(
    ("day", "zones"),
    [
        (FEBRUARY, "green yellow yellow yellow orange orange red"),
        (APRIL - timedelta(days=1), "green yellow yellow yellow orange orange red"),
        (APRIL, "green yellow yellow orange red red red"),
    ],
)
def test_zones_by_the_rule_of_the_day(day, zones):
    rules = [rule for rule in disease_of(DISEASE).surveillance.zones if rule.since <= day]
    rule = max(rules, key=lambda each: each.since)
    assert [rule.zone_of(houses).id for houses in (0, 1, 2, 5, 6, 10, 11)] == zones.split()


def test_houses_count_and_not_people(record):
    for number in range(8):  # a family of six, and two cases whose house is not known
        house = "h1" if number < 6 else ""
        record("31.71.06.1001", APRIL - timedelta(days=6), rw="001", rt="002", house=house)
    record("31.71.06.1001", APRIL - timedelta(days=7), rw="001", rt="002", house="h9")  # too long ago
    record("31.71.06.1001", APRIL, rw="001", rt="003", house="h2")
    record("31.71.06.1001", APRIL)
    record("31.71.06.1002", APRIL, rw="001", rt="002", house="h3", classification="suspected")
    count_on(APRIL)
    found = queries.zones_on(DISEASE, APRIL)
    assert [(each.rt, each.houses, each.zone.id) for each in found.neighbourhoods] == [
        ("002", 3, "orange"),
        ("003", 1, "yellow"),
    ]
    assert (found.without_rt, found.by_zone()) == (1, {"green": 0, "yellow": 1, "orange": 1, "red": 0})
    assert queries.zones_on(DISEASE, date(2021, 2, 8)).rule is None


def test_zones_of_many_days_are_those_of_each_day(record):
    for number in range(45):
        record("31.71.06.1001", APRIL - timedelta(days=number), rw="001", rt=f"{number % 3:03}", house=f"h{number % 7}")
    count_on(APRIL)
    first = APRIL - timedelta(days=44)
    together = list(queries.zones_of_days(DISEASE, first, APRIL))
    assert together == [queries.zones_on(DISEASE, first + timedelta(days=number)) for number in range(45)]
    assert together[-1].neighbourhoods
