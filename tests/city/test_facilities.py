"""Facilities of the pack: hospitals and laboratories as units that no case is routed to."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from kini.city import actions, queries
from kini.city.models import Unit
from kini.city.pack_checks import check_city
from tests.city.conftest import BY

HEAD = "id,agency,type,name,area,latitude,longitude,phone,address\n"
HOSPITAL = "hospital-ribeira,obras,hospital,Hospital da Ribeira,VS-3,38.7451,-9.4302,+351 210 000 111,Rua Nova 4\n"


@pytest.fixture
def with_facilities(changed: Callable[..., Path]) -> Callable[[str], Path]:
    def write(lines: str) -> Path:
        root = changed("areas.csv")
        (root / "facilities.csv").write_text(HEAD + lines, "utf-8")
        return root

    return write


def test_a_hospital_is_a_unit_that_no_case_is_routed_to(db, settings, with_facilities):
    settings.CITY_PATH = with_facilities(HOSPITAL)
    actions.load_pack_tables(by=BY)
    [hospital] = queries.facilities("hospital")
    assert (str(hospital), hospital.agency_id, hospital.area.name) == ("Hospital da Ribeira", "obras", "Ribeira Funda")
    assert queries.facilities("laboratory") == []
    area = queries.area("VS-3")
    assert area
    assert queries.unit_for("obras", area).pk == "obras-VS-3"
    assert {unit.pk for unit in queries.units_around(area)} == {"obras-VS-3"}
    assert queries.nearest_unit("obras", 38.7451, -9.4302).pk == "obras-VS-3"


def test_a_facility_that_left_the_file_is_no_longer_offered(db, settings, with_facilities):
    settings.CITY_PATH = with_facilities(HOSPITAL)
    actions.load_pack_tables(by=BY)
    settings.CITY_PATH = with_facilities("")
    actions.load_pack_tables(by=BY)
    assert queries.facilities("hospital") == []
    assert not Unit.objects.get(pk="hospital-ribeira").active


@pytest.mark.parametrize(
    ("lines", "line", "field", "message"),
    [
        (HOSPITAL * 2, 3, "id", "appears twice"),
        (HOSPITAL.replace("VS-3", "VS-9"), 2, "area", 'no area "VS-9"'),
        (HOSPITAL.replace("obras,", "saude,"), 2, "agency", 'no agency "saude"'),
        (HOSPITAL.replace("38.7451", "north"), 2, "latitude", "not a number"),
        (HOSPITAL.replace(",hospital,", ",Hospital,"), 2, "type", "not written in the right way"),
    ],
)
def test_errors_of_facilities_name_line_and_column(with_facilities, lines, line, field, message):
    errors = check_city(with_facilities(lines))
    assert any((e.file, e.line, e.field) == ("facilities.csv", line, field) and message in e.message for e in errors), (
        errors
    )


def test_the_database_wants_a_point_of_a_facility(loaded_town):
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(pk="obras-VS-3").update(type="hospital")
    with pytest.raises(DatabaseError), transaction.atomic():
        Unit.objects.filter(pk="obras-VS-3").update(latitude=1)


def test_jakarta_has_hospitals_in_every_city_and_a_laboratory(loaded_jakarta):
    assert len({unit.area.path.split("/")[1] for unit in queries.facilities("hospital")}) == 6
    assert [unit.pk for unit in queries.facilities("laboratory")] == ["labkesda"]
