import pytest

from kini.city.pack_checks import check_city


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "message"),
    [
        ("VS-2,freguesia", "VS-1,freguesia", 4, "code", "VS-1 appears twice"),
        ("VS-2,freguesia", "VS-2,bairro", 4, "level", 'no level "bairro"'),
        ("Monte,VS,", "Monte,VS-1,", 4, "parent", '"VS-1" is no area of the level municipio'),
        ("Monte,VS,", "Monte,,", 4, "parent", '"" is no area of the level municipio'),
        ("Vila Serena,,", "Vila Serena,VS,", 2, "parent", "has no parent"),
        ("38.7550", "north", 4, "latitude", "not a number"),
        ("38.7550", "inf", 4, "latitude", "not a number"),
        ("38.7550,-9.4500", "38.7300,-9.4750", 4, "latitude", "same point as VS-1"),
        ("7.3,1800", "-7.3,1800", 4, "km2", "too small"),
        ("7.3,1800", "7.3,many", 4, "population", "not a number"),
        ("7.3,1800", "7.3,1,800", 4, "", "9 cells where there are 8 columns"),
        ("code,level", "code,tier", 1, "level", "column is missing"),
        ("km2,population", "km2,km2", 1, "km2", "appears twice"),
        ("VS,municipio,", "VS,freguesia,", 0, "", "whole city is missing"),
    ],
)
def test_faults_of_areas_name_line_and_column(changed, old, new, line, field, message):
    errors = check_city(changed("areas.csv", (old, new)))
    assert any((f.file, f.line, f.field) == ("areas.csv", line, field) and message in f.message for f in errors), errors


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "message"),
    [
        ("balcao-monte,", "balcao-porto,", 3, "id", "appears twice"),
        ("VS-2,balcao", "VS-7,balcao", 3, "area", 'no area "VS-7"'),
        ("VS-2,balcao", "VS-2,escola", 3, "agency", 'no agency "escola"'),
        ("balcao-monte,", "Balcão Monte,", 3, "id", "not written in the right way"),
        ("-9.4510", "-190", 3, "longitude", "too small"),
    ],
)
def test_faults_of_places_name_line_and_column(changed, old, new, line, field, message):
    errors = check_city(changed("places.csv", (old, new)))
    assert any((f.file, f.line, f.field) == ("places.csv", line, field) and message in f.message for f in errors), (
        errors
    )


def test_faults_of_three_tables_come_together(changed):
    changed("areas.csv", ("38.7550", "x"))
    changed("agencies.yaml", ("short: Obras", "short: ''"))
    errors = check_city(changed("places.csv", ("-9.4735", "y")))
    assert {fault.file for fault in errors} == {"areas.csv", "agencies.yaml", "places.csv"}


def test_a_table_that_is_not_utf8_is_a_fault_at_its_line(changed):
    path = changed("places.csv")
    raw = (path / "places.csv").read_bytes()
    (path / "places.csv").write_bytes(raw.replace("Balcão do Monte".encode(), "Balcão do Monte".encode("latin-1")))
    assert [(f.line, f.message) for f in check_city(path)] == [(3, "is not UTF-8")]


def test_an_open_quote_is_a_fault(changed):
    errors = check_city(changed("places.csv", ('"Largo do Cais, 1"', '"Largo do Cais')))
    assert any("broken CSV" in fault.message for fault in errors)
