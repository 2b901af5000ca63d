import json
import os
from pathlib import Path

import pytest
from shapely.geometry import box, mapping

from kini.city import actions, queries
from kini.city.models import Area, AreaBoundary
from kini.core.config_files import ConfigErrors
from tests.city.conftest import BY

#: Borders of the four parishes: three side by side, and one rectangle of sea around the islet.
BORDERS = {
    "VS-1": box(-9.49, 38.72, -9.46, 38.745),
    "VS-2": box(-9.46, 38.745, -9.44, 38.77),
    "VS-3": box(-9.46, 38.72, -9.42, 38.745),
    "VS-4": box(-9.53, 38.68, -9.51, 38.70),
}


def feature(code, border):
    geometry = border if isinstance(border, dict) or border is None else mapping(border)
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


def written(folder: Path, features: object) -> Path:
    path = folder / "borders.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


@pytest.fixture
def borders(tmp_path):
    return written(tmp_path, [feature(code, border) for code, border in BORDERS.items()])


def test_official_borders_take_the_place_of_cells(loaded_town, borders):
    doubtful = (38.7205, -9.4215)
    assert queries.locate(*doubtful) is None, "too far from every point"
    assert not queries.boundaries_are_official()
    assert actions.load_boundaries(by=BY, path=borders, source="Land registry 2026") == 4
    assert str(queries.locate(*doubtful)) == "Ribeira Funda"
    assert queries.boundaries_are_official()
    assert AreaBoundary.objects.get(area_id="VS-1").source == "Land registry 2026"


def test_a_part_of_the_borders_leaves_cells_for_the_rest(loaded_town, tmp_path):
    actions.load_boundaries(by=BY, path=written(tmp_path, [feature("VS-1", box(-9.49, 38.72, -9.435, 38.752))]))
    assert str(queries.locate(38.7448, -9.4360)) == "Porto Velho", "its border wins over the cell of another"
    assert str(queries.locate(38.7448, -9.4300)) == "Ribeira Funda"
    assert not queries.boundaries_are_official()


def test_borders_can_be_loaded_again(loaded_town, borders, tmp_path):
    actions.load_boundaries(by=BY, path=borders)
    moved = written(tmp_path, [feature("VS-4", box(-9.60, 38.68, -9.58, 38.70))])
    assert actions.load_boundaries(by=BY, path=moved) == 1
    assert queries.locate(38.69, -9.52) is None
    assert str(queries.locate(38.69, -9.59)) == "Ilhéu"
    assert AreaBoundary.objects.count() == 4


def test_every_fault_of_the_file_is_named_and_nothing_is_stored(loaded_town, tmp_path):
    bow_tie = {
        "type": "Polygon",
        "coordinates": [[[-9.5, 38.7], [-9.4, 38.8], [-9.4, 38.7], [-9.5, 38.8], [-9.5, 38.7]]],
    }
    faults = {
        "features.1.id": (feature("VS-9", BORDERS["VS-1"]), "no such area"),
        "features.2.id": (feature("VS-1", BORDERS["VS-2"]), "twice"),
        "features.3.id": (feature(None, BORDERS["VS-2"]), "no code"),
        "features.4.geometry": (feature("VS-2", {"type": "Point", "coordinates": [-9.5, 38.7]}), "is a Point"),
        "features.5.geometry": (feature("VS-2", bow_tie), "broken: Self-intersection"),
        "features.6.geometry": (feature("VS-2", None), "cannot be read"),
        "features.7.geometry": (feature("VS-2", box(38.72, -9.49, 38.745, -9.46)), "far away"),
        "features.8.geometry": (feature("VS-2", box(500_000, 4_000_000, 510_000, 4_010_000)), "off the earth"),
        "features.9.geometry": (feature("VS-2", {"type": "Polygon", "coordinates": "many"}), "cannot be read"),
    }
    path = written(tmp_path, [feature("VS-1", BORDERS["VS-1"]), *(each for each, _ in faults.values())])
    with pytest.raises(ConfigErrors) as caught:
        actions.load_boundaries(by=BY, path=path)
    errors = {fault.field: fault.message for fault in caught.value.errors}
    assert errors.keys() == faults.keys()
    assert all(words in errors[field] for field, (_, words) in faults.items()), errors
    assert not AreaBoundary.objects.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "Expecting property name"),
        (b'{"type": "Feature"}', "no GeoJSON FeatureCollection"),
        (b'{"features": []}', "no borders in it"),
        (b'{"features": [null]}', "no code"),
        (b"\xff", "not UTF-8"),
        (b"[" * 1_000_000, "nested too deeply"),
    ],
)
def test_a_file_that_is_no_collection_is_refused_in_one_sentence(loaded_town, tmp_path, content, message):
    path = tmp_path / "borders.geojson"
    path.write_bytes(content)
    with pytest.raises(ConfigErrors, match=message):
        actions.load_boundaries(by=BY, path=path)
    with pytest.raises(ConfigErrors, match="cannot be read"):
        actions.load_boundaries(by=BY, path=tmp_path / "none.geojson")


OFFICIAL = Path(os.environ.get("KINI_TEST_BORDERS", ""))


@pytest.mark.skipif(not OFFICIAL.is_file(), reason="KINI_TEST_BORDERS names no GeoJSON file with Jakarta's borders")
def test_jakartas_borders_hold_its_points_and_cells_come_near_them(loaded_jakarta):
    areas = list(Area.objects.filter(level="kelurahan"))
    guessed = {area.code: queries.locate(area.latitude + 0.002, area.longitude + 0.002) for area in areas}
    assert actions.load_boundaries(by=BY, path=OFFICIAL) == len(areas)
    assert queries.boundaries_are_official()
    assert [area.name for area in areas if queries.locate(area.latitude, area.longitude) != area] == []
    same = sum(queries.locate(area.latitude + 0.002, area.longitude + 0.002) == guessed[area.code] for area in areas)
    assert same / len(areas) > 0.8
