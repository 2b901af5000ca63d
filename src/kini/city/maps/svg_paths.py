"""SVG path data of shapes, rounded to whole units. Pure."""

from collections.abc import Sequence
from itertools import pairwise

import shapely
from shapely.geometry.base import BaseGeometry

from kini.city.maps import topology


def path_data(shape: BaseGeometry) -> str:
    """SVG path of polygons or lines, rounded to the unit."""
    if shape.geom_type == "Polygon":
        return "".join(_subpath(ring, closed=True) for ring in (shape.exterior, *shape.interiors))
    if shape.geom_type == "Point":
        return f"M{shape.x:.0f} {shape.y:.0f}h0"
    if shape.geom_type in ("LineString", "LinearRing"):
        return _subpath(shape, closed=False)
    return "".join(path_data(part) for part in shapely.get_parts(shape))


def _subpath(line: BaseGeometry, *, closed: bool) -> str:
    nodes = topology.grid_points(line, 1)
    if len(nodes) < (4 if closed else 2):
        return ""
    return nodes_data(nodes[:-1] if closed else nodes) + ("z" if closed else "")


def nodes_data(nodes: Sequence[topology.Node]) -> str:
    """SVG subpath through points, by differences."""
    steps = "".join(f" {after[0] - before[0]} {after[1] - before[1]}" for before, after in pairwise(nodes))
    return f"M{nodes[0][0]} {nodes[0][1]}l{steps[1:]}".replace(" -", "-")
