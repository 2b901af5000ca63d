"""Jakarta's tables against what is known about the city besides them."""

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta

import holidays
import pytest
from stdnum.id import nik

from kini.city import pack, pack_tables
from kini.city.models import Unit
from kini.city.queries import unit_for
from kini.core.geometry import distance_m
from tests.city.conftest import JAKARTA


@pytest.fixture(scope="module")
def areas():
    with (JAKARTA / "areas.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def test_there_are_as_many_areas_as_the_city_has(areas):
    assert Counter(row["level"] for row in areas.values()) == {
        "provinsi": 1,
        "kota": 6,
        "kecamatan": 44,
        "kelurahan": 267,
    }


def test_names_are_clean_and_unique_within_the_area_around(areas):
    assert [row["name"] for row in areas.values() if row["name"] != " ".join(row["name"].split())] == []
    assert max(Counter((row["parent"], row["name"]) for row in areas.values()).values()) == 1


def test_codes_continue_the_code_of_the_area_around(areas):
    assert [code for code, row in areas.items() if row["parent"] and not code.startswith(row["parent"] + ".")] == []


def test_a_whole_is_the_sum_of_its_parts(areas):
    people, km2 = defaultdict(int), defaultdict(float)
    for row in areas.values():
        people[row["parent"]] += int(row["population"])
        km2[row["parent"]] += float(row["km2"])
    assert people[""] == 11_038_216
    assert [code for code in people if code and people[code] != int(areas[code]["population"])] == []
    assert [code for code in km2 if code and km2[code] != pytest.approx(float(areas[code]["km2"]), abs=0.02)] == []


def test_areas_lie_near_the_one_around_them(areas):
    def point(row):
        return float(row["latitude"]), float(row["longitude"])

    far = [
        c
        for c, row in areas.items()
        if row["parent"].count(".") == 2 and distance_m(point(row), point(areas[row["parent"]])) > 35_000
    ]
    assert far == []


def test_numbers_of_residents_begin_with_codes_of_districts(areas):
    """A NIK begins with the district's code, so the library's own list of districts must know all of ours."""
    for code, row in areas.items():
        if row["level"] == "kota":
            assert nik.validate(f"{code.replace('.', '')}011708450001")


def test_every_kelurahan_has_a_counter_and_every_agency_a_unit_for_the_whole_city(areas):
    city = pack.load_city(JAKARTA)
    read = pack_tables.read_pack_tables(JAKARTA, city)
    counters = {place.area_id for place in read.places if place.kind == "kelurahan-counter"}
    assert counters == {code for code, row in areas.items() if row["level"] == "kelurahan"}
    assert {unit.agency_id for unit in read.units if unit.area_id == "31"} == {agency.id for agency in read.agencies}


def test_cases_go_to_the_office_of_the_neighbourhood(loaded_jakarta):
    cikini = Unit.objects.get(id="disdukcapil-31.71.06.1004").area
    assert unit_for("disdukcapil", cikini).name["id"] == f"Satuan Pelayanan Dukcapil Kelurahan {cikini.name}"
    assert unit_for("gulkarmat", cikini).name["id"] == "Sektor Gulkarmat Menteng"
    assert unit_for("dishub", cikini).name["en"] == "Transport office of Jakarta Pusat"
    assert unit_for("biro-pemerintahan", cikini).area_id == "31"


def test_collective_leave_agrees_with_the_library():
    calendar = pack.load_city(JAKARTA).calendar
    official = holidays.country_holidays("ID", years=[2025, 2026, 2027], categories=("government",))
    assert [day for day in official if calendar.is_working_day(day)] == []
    # 261 weekdays, of which 13 are public holidays and 8 collective leave.
    assert sum(calendar.is_working_day(date(2026, 1, 1) + timedelta(days=n)) for n in range(365)) == 240
