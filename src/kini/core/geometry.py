"""Geometry within one city: local projection, point-in-area lookup, Voronoi cells. Pure."""

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

#: (latitude, longitude), WGS 84, degrees.
type Point = tuple[float, float]
#: (latitude, longitude, key).
type KeyedPoint = tuple[float, float, str]
type Coordinates = np.ndarray[tuple[int, int], np.dtype[np.float64]]

EARTH_RADIUS_M = 6_371_008.8


def distance_m(a: Point, b: Point) -> float:
    """Distance of two points in metres on a sphere of the earth's mean radius (haversine)."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b[1] - a[1]) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(chord, 1.0)))


def nearest(here: Point, points: Iterable[KeyedPoint], count: int) -> list[str]:
    """Keys of the nearest points of one city, nearest first, then by key. Assumes a flat earth."""
    latitude, longitude = here
    narrowing = math.cos(math.radians(latitude))
    far = [((lat - latitude) ** 2 + ((lon - longitude) * narrowing) ** 2, key) for lat, lon, key in points]
    return [key for _far, key in heapq.nsmallest(count, far)]


@dataclass(frozen=True, slots=True)
class Projection:
    """Local projection: metres east and north of an origin; accurate within a hundred kilometres."""

    latitude: float
    longitude: float

    @property
    def _metres_per_degree(self) -> tuple[float, float]:
        """Metres in a degree of longitude and of latitude at the origin (series of the WGS 84 ellipsoid)."""
        phi = math.radians(self.latitude)
        east = 111_412.84 * math.cos(phi) - 93.5 * math.cos(3 * phi) + 0.118 * math.cos(5 * phi)
        north = 111_132.92 - 559.82 * math.cos(2 * phi) + 1.175 * math.cos(4 * phi) - 0.0023 * math.cos(6 * phi)
        return east, north

    def to_metres(self, point: Point) -> tuple[float, float]:
        """(latitude, longitude) -> (metres east, metres north)."""
        east, north = self._metres_per_degree
        # The shorter way around the earth: a city may lie on the 180th meridian.
        degrees_east = (point[1] - self.longitude + 180) % 360 - 180
        return degrees_east * east, (point[0] - self.latitude) * north

    def to_degrees(self, x: float, y: float) -> Point:
        """(metres east, metres north) -> (latitude, longitude)."""
        east, north = self._metres_per_degree
        return self.latitude + y / north, (self.longitude + x / east + 180) % 360 - 180

    def flatten(self, geometry: BaseGeometry) -> BaseGeometry:
        """Project a geometry from (longitude, latitude) to local metres."""
        scale, origin = np.array(self._metres_per_degree), np.array((self.longitude, self.latitude))

        def shift(coordinates: Coordinates) -> Coordinates:
            degrees = coordinates - origin
            degrees[:, 0] = (degrees[:, 0] + 180) % 360 - 180
            shifted: Coordinates = degrees * scale
            return shifted

        return shapely.transform(geometry, shift)

    def unflatten(self, geometry: BaseGeometry) -> BaseGeometry:
        """Project a geometry from local metres to (longitude, latitude)."""
        scale, origin = np.array(self._metres_per_degree), np.array((self.longitude, self.latitude))
        return shapely.transform(geometry, lambda coordinates: coordinates / scale + origin)


class AreaIndex:
    """Answers in which area a point lies.

    Args:
        polygons: areas by code, in (longitude, latitude) as GeoJSON has them.
        origin: a point within the city, (latitude, longitude).
        slack_m: a point outside of all areas belongs to the nearest one within so many metres.
    """

    def __init__(self, polygons: Mapping[str, BaseGeometry], origin: Point, slack_m: float = 0.0) -> None:
        self._slack_m = slack_m
        self._projection = Projection(*origin)
        self._codes = sorted(polygons)
        self._shapes = [self._projection.flatten(shapely.make_valid(polygons[code])) for code in self._codes]
        self._tree = shapely.STRtree(self._shapes)

    def locate(self, latitude: float, longitude: float) -> str | None:
        """Code of the area with the point (on a border the first), else of the nearest within the slack, or None."""
        if not (math.isfinite(latitude) and math.isfinite(longitude)):
            return None
        spot = shapely.Point(self._projection.to_metres((latitude, longitude)))
        hits = self._tree.query(spot, predicate="intersects")
        if not len(hits) and self._slack_m:
            hits = self._tree.query_nearest(spot, max_distance=self._slack_m)
        return self._codes[min(hits)] if len(hits) else None

    def locate_all(self, points: Sequence[Point]) -> list[str | None]:
        """Locate many points; their coordinates must be finite."""
        metres = np.array([self._projection.to_metres(point) for point in points])
        spots = shapely.points(metres.reshape(-1, 2))
        located: list[str | None] = [None] * len(points)
        if self._slack_m:
            for point, hit in sorted(
                self._tree.query_nearest(spots, max_distance=self._slack_m).T.tolist(), reverse=True
            ):
                located[point] = self._codes[hit]
        for point, hit in sorted(self._tree.query(spots, predicate="intersects").T.tolist(), reverse=True):
            located[point] = self._codes[hit]
        return located


def voronoi_cells(points: Mapping[str, Point], reach_m: float) -> dict[str, shapely.Polygon]:
    """Compute the Voronoi cell of each point, at most `reach_m` metres around it; used where borders are unknown.

    Returns:
        Polygons by code, in (longitude, latitude).

    Raises:
        ValueError: when two points are the same.
    """
    if not points:
        return {}
    codes = sorted(points)
    _refuse_doubles(points, codes)
    middle = np.mean([points[code] for code in codes], axis=0)
    projection = Projection(float(middle[0]), float(middle[1]))
    spots = [shapely.Point(projection.to_metres(points[code])) for code in codes]
    shapes = _nearest(spots, reach_m)
    return {code: projection.unflatten(shape) for code, shape in zip(codes, shapes, strict=True)}


def _nearest(spots: list[shapely.Point], reach_m: float) -> list[BaseGeometry]:
    discs = [spot.buffer(reach_m, quad_segs=32) for spot in spots]
    if len(spots) == 1:
        return discs
    diagram = shapely.voronoi_polygons(
        shapely.MultiPoint(spots), extend_to=shapely.union_all(discs).envelope, ordered=True
    )
    return [cell.intersection(disc) for cell, disc in zip(diagram.geoms, discs, strict=True)]


def _refuse_doubles(points: Mapping[str, Point], codes: list[str]) -> None:
    seen: dict[Point, str] = {}
    for code in codes:
        other = seen.setdefault(points[code], code)
        if other != code:
            raise ValueError(f"{other} and {code} stand on the same point {points[code]}.")
