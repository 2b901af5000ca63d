"""Layers of maps: the file, outlines without gaps or overlaps, loading and writing by the command."""

import json
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, box, mapping

from kini.city import actions, area_lookup, pack, queries
from kini.city.maps import layer_import, layers, polyline, topology
from kini.city.maps.base import base_map
from kini.city.models import Area, MapLayer
from kini.city.pack_checks import check_city
from kini.core.config_files import ConfigErrors
from tests.city.conftest import BY, JAKARTA

OUTLINES = JAKARTA / "map" / "areas.json"
#: Size of the file of outlines; largest distance (degrees, about 100 m) of a point of an area from its outline.
MOST_BYTES, FARTHEST = 60_000, 1e-3
NODES = st.lists(st.tuples(st.integers(-18_000_000, 18_000_000), st.integers(-9_000_000, 9_000_000)), max_size=30)


@given(NODES)
def test_an_encoded_line_is_decoded_to_the_same_points(nodes):
    assert polyline.decode_line(polyline.encode_line(nodes)) == nodes


@pytest.mark.parametrize("text", ["_", "_p~iF", "\t\n", "é?"])
def test_a_broken_line_is_refused(text):
    with pytest.raises(ValueError, match="an encoded line"):
        polyline.decode_line(text)


def test_the_outlines_of_all_areas_are_small_and_have_neither_gaps_nor_overlaps():
    assert OUTLINES.stat().st_size <= MOST_BYTES
    shapes = [each.shape for each in layers.parse_layer(OUTLINES.read_bytes()).features]
    assert len(shapes) == 267
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    mainland = max(shapely.get_parts(shapely.coverage_union_all(shapes)), key=lambda part: part.area)
    assert not [ring for ring in mainland.interiors if shapely.Polygon(ring).area > 1e-5], "holes between areas"


def test_every_area_lies_within_its_outline(loaded_jakarta):
    outlines = layers.outlines_by_code(layers.parse_layer(OUTLINES.read_bytes()))
    areas = Area.objects.filter(level=pack.current().lowest_level)
    assert {area.code for area in areas} == outlines.keys()
    for area in areas:
        assert outlines[area.code].distance(shapely.Point(area.longitude, area.latitude)) < FARTHEST, area.name
        assert str(queries.locate(area.latitude, area.longitude)) == area.name
    assert queries.boundaries_are_official()


def test_each_file_names_source_and_licence():
    for name, layer in layers.read_pack_layers(JAKARTA).items():
        assert layer.source, name
        assert layer.licence, name
        assert f"{name}.json" in (JAKARTA / "map" / "LICENCES.md").read_text("utf-8")


@pytest.mark.parametrize("tolerance", [0.0, 0.05, 0.3])
def test_neighbours_keep_their_shared_border(tolerance):
    wavy = LineString([(1 + 0.05 * (n % 2), n / 20) for n in range(21)])
    left, right = shapely.get_parts(shapely.polygonize([shapely.union_all([box(0, 0, 2, 1).boundary, wavy])]))
    simple = topology.simplify_coverage({"left": left, "right": right}, tolerance)
    assert shapely.coverage_is_valid(list(simple.values()))
    assert shapely.coverage_union_all(list(simple.values())).area == pytest.approx(2, abs=1e-3)
    shared = topology.find_arcs(simple)
    assert [owners for owners in shared.owners if len(owners) == 2] == [{"left", "right"}]


def written(folder: Path, shape: shapely.Geometry, **properties: str) -> Path:
    path = folder / "layer.geojson"
    feature = {"type": "Feature", "properties": properties, "geometry": mapping(shape)}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path


def test_a_loaded_layer_is_drawn_with_its_credit(loaded_town, tmp_path):
    road = written(tmp_path, LineString([(-9.49, 38.73), (-9.42, 38.75)]), kind="main")
    layer = layer_import.read_layer(road, "roads", "Roads agency", "CC BY 4.0", [("kind", "main")])
    actions.load_map_layer(by=BY, name="roads", layer=layer)
    base = base_map()
    assert base
    assert (base.layers, base.credits) == (("roads",), (("Roads agency", "CC BY 4.0"),))
    assert '<path id="roads" d="M' in base.documents["lines"]
    assert not base.official
    with pytest.raises(ConfigErrors, match="nothing in it"):
        layer_import.read_layer(road, "roads", "", "", [("kind", "path")])
    with pytest.raises(ConfigErrors, match="is a LineString"):
        layer_import.read_layer(road, "neighbours", "", "")


def test_stations_are_read_from_csv(tmp_path):
    path = tmp_path / "stations.csv"
    path.write_text("nama,lat,lng\nCais,38.73,-9.46\nSerra,,\n", "utf-8")
    with pytest.raises(ConfigErrors) as raised:
        layer_import.read_layer(path, "stations", "", "")
    assert [fault.field for fault in raised.value.errors] == ["features.1.geometry"]
    path.write_text("nama,lat,lng\nCais,38.73,-9.46\n", "utf-8")
    (station,) = layer_import.read_layer(path, "stations", "", "").features
    assert (station.name, station.shape.y) == ("Cais", 38.73)


def test_a_written_layer_is_read_again(tmp_path, loaded_town):
    path = written(tmp_path, box(-9.5, 38.7, -9.4, 38.8), name="Sea")
    layer = layer_import.read_layer(path, "water", "a", "b")
    again = layers.parse_layer(layers.dump_layer(layer_import.simplified(layer, 30)))
    assert (again.source, again.licence, again.features[0].name) == ("a", "b", "Sea")
    assert again.features[0].shape.equals(layer.features[0].shape)
    with pytest.raises(ValueError, match="refers to an arc"):
        layers.parse_layer('{"source":"a","licence":"b","features":[{"lines":[0]}],"arcs":[]}')


def test_loaded_boundaries_take_the_place_of_outlines(loaded_jakarta, tmp_path):
    monas = (-6.1754, 106.8272)
    inside = queries.locate(*monas)
    assert inside
    far = written(tmp_path, box(106.9, -6.3, 106.91, -6.29), code=inside.code)
    actions.load_boundaries(by=BY, path=far, source="Land registry")
    assert queries.locate(*monas) is None
    base = base_map()
    assert base
    assert base.credits[0] == ("Land registry", "")
    assert area_lookup.area_shapes().official
    assert not MapLayer.objects.exists()


def test_a_pier_belongs_to_the_nearest_area(loaded_jakarta):
    island = Area.objects.get(name="Pulau Tidung")
    shore = area_lookup.area_shapes().shapes[island.code]
    east = max(shapely.get_coordinates(shore).tolist())
    assert queries.locate(east[1], east[0] + 0.001) == island, "110 m off the shore"
    assert queries.locate(east[1], east[0] + 0.002) is None
    assert area_lookup.area_index().locate_all([(east[1], east[0] + 0.001), (east[1], east[0] + 0.002)]) == [
        island.code,
        None,
    ]


def test_faults_of_layers_are_named(changed, tmp_path):
    pack_folder = changed("city.toml")
    (pack_folder / "map").mkdir()
    (pack_folder / "map" / "areas.json").write_text(
        '{"source":"a","licence":"b","arcs":["??_ibE??_ibE"],"features":[{"code":"VS-9","polygons":[[[0]]]}]}', "utf-8"
    )
    (pack_folder / "map" / "rail.json").write_text("{}", "utf-8")
    (pack_folder / "map" / "trams.json").write_text("{}", "utf-8")
    faults = {fault.file: fault.message for fault in check_city(pack_folder)}
    assert faults.keys() == {"map/areas.json", "map/rail.json", "map/trams.json"}
    assert "VS-9" in faults["map/areas.json"]
    assert "source" in faults["map/rail.json"]
