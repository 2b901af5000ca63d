"""Geometry: distances, area lookup, Voronoi cells."""

import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from kini.core.geometry import AreaIndex, Projection, distance_m, voronoi_cells

MONAS = (-6.1754, 106.8272)
KOTA_STATION = (-6.1376, 106.8146)
near = st.tuples(st.floats(-6.5, -5.9), st.floats(106.5, 107.1))
places = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), near, min_size=1, max_size=12).filter(
    lambda points: len({(round(a, 4), round(b, 4)) for a, b in points.values()}) == len(points)
)


def square(longitude: float, latitude: float, size: float = 0.1) -> shapely.Polygon:
    return shapely.box(longitude, latitude, longitude + size, latitude + size)


def test_a_known_distance() -> None:
    assert distance_m(MONAS, KOTA_STATION) == pytest.approx(4430, abs=30)
    assert distance_m(MONAS, MONAS) == 0


@given(near, near)
def test_local_metres_are_metres(a: tuple[float, float], b: tuple[float, float]) -> None:
    projection = Projection(*MONAS)
    flat = math.dist(projection.to_metres(a), projection.to_metres(b))
    assert flat == pytest.approx(distance_m(a, b), rel=0.01, abs=1)


@given(near)
def test_metres_and_degrees_turn_each_other_around(point: tuple[float, float]) -> None:
    projection = Projection(*MONAS)
    assert projection.to_degrees(*projection.to_metres(point)) == pytest.approx(point, abs=1e-9)


def test_a_city_on_the_180th_meridian_is_not_torn_apart() -> None:
    east, west = (-16.8, 179.99), (-16.8, -179.99)
    projection = Projection(*east)
    assert math.dist(projection.to_metres(east), projection.to_metres(west)) == pytest.approx(2130, abs=20)
    assert AreaIndex({"taveuni": square(179.95, -16.85)}, east).locate(-16.8, -179.97) == "taveuni"


def test_areas_hold_their_points() -> None:
    index = AreaIndex({"west": square(106.7, -6.2), "east": square(106.8, -6.2)}, MONAS)
    assert index.locate(-6.15, 106.75) == "west"
    assert index.locate(-6.15, 106.85) == "east"
    assert index.locate(-6.15, 106.8) == "east"  # on the border: always the same one
    assert index.locate(-7.0, 106.75) is None
    assert index.locate(math.nan, 106.75) is None
    assert index.locate(-6.15, math.inf) is None
    assert index.locate_all([(-6.15, 106.85), (-7.0, 106.75), (-6.15, 106.8)]) == ["east", None, "east"]
    assert index.locate_all([]) == []


def test_a_hole_belongs_to_what_fills_it() -> None:
    outer, inner = square(106.7, -6.2), square(106.73, -6.17, 0.02)
    index = AreaIndex({"regency": outer - inner, "town": inner}, MONAS)
    assert index.locate(-6.16, 106.74) == "town"
    assert index.locate(-6.11, 106.71) == "regency"


@given(places, near)
def test_a_cell_holds_what_is_nearest(points: dict[str, tuple[float, float]], spot: tuple[float, float]) -> None:
    index = AreaIndex(voronoi_cells(points, 3000), MONAS)
    distances = sorted((distance_m(spot, point), code) for code, point in points.items())
    area = index.locate(*spot)
    if area is None:
        assert distances[0][0] > 2900
    else:
        assert distance_m(spot, points[area]) <= distances[0][0] + 30
        assert distance_m(spot, points[area]) < 3100


def test_every_point_lies_in_its_own_cell() -> None:
    on_a_line = {str(n): (-6.2 + n / 100, 106.8) for n in range(5)}
    index = AreaIndex(voronoi_cells(on_a_line, 800), MONAS)
    assert [index.locate(*on_a_line[code]) for code in on_a_line] == list(on_a_line)
    assert voronoi_cells({}, 800) == {}


def test_two_areas_on_one_point_are_named() -> None:
    with pytest.raises(ValueError, match="a and b"):
        voronoi_cells({"a": MONAS, "b": MONAS}, 800)
