"""Topology of shapes on a grid: arcs that neighbouring polygons share, after the idea of TopoJSON. Pure.

A shared border is one arc, so simplified and rounded neighbours have neither gaps nor overlaps.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

#: Grid in degrees: about a metre.
GRID = 1e-5
#: Side in degrees (about 50 m) of the smallest part of a polygon that is kept.
SMALLEST_PART = 5e-4

#: Point on the grid: (x, y).
type Node = tuple[int, int]
#: Indices of arcs in order; ~i is arc i in reverse.
type Ring = list[int]


@dataclass(slots=True)
class Topology:
    """Arcs, and the polygons that consist of them.

    Attributes:
        arcs: grid points of each arc.
        polygons: polygons by key, each a list of rings, the outer one first.
        owners: keys of the polygons on either side of each arc.
    """

    arcs: list[tuple[Node, ...]] = field(default_factory=list)
    polygons: dict[str, list[list[Ring]]] = field(default_factory=dict)
    owners: list[set[str]] = field(default_factory=list)


def simplify_coverage(
    shapes: Mapping[str, BaseGeometry], tolerance: float, grid: float = GRID, smallest: float = SMALLEST_PART
) -> dict[str, BaseGeometry]:
    """Snap neighbouring polygons to a grid and simplify them together; shared borders stay shared.

    Args:
        tolerance: side of the square whose area may be cut off (Visvalingam and Whyatt), in the shapes' unit.
        smallest: side of the square below which a part of a polygon is left out, unless it is the largest.
    """
    snapped = _snap(shapes, grid, smallest)
    simple = shapely.coverage_simplify(list(snapped.values()), tolerance)
    return dict(zip(snapped, simple, strict=True))


def _snap(shapes: Mapping[str, BaseGeometry], grid: float, smallest: float) -> dict[str, BaseGeometry]:
    """Round polygons to the grid as faces of one network of lines, so that no rounding crosses a border."""
    borders = shapely.union_all([shapely.boundary(shape) for shape in shapes.values()], grid_size=grid)
    faces = shapely.get_parts(shapely.polygonize([borders]))
    keys = list(shapes)
    tree = shapely.STRtree(list(shapes.values()))
    # Where shapes overlap, the first one has the face.
    hits = sorted(tree.query(shapely.point_on_surface(faces), predicate="intersects").T.tolist(), reverse=True)
    inside: dict[str, list[BaseGeometry]] = defaultdict(list)
    for face, shape in dict(hits).items():
        inside[keys[shape]].append(faces[face])
    return {key: _large_parts(shapely.coverage_union_all(inside[key]), smallest) for key in keys if inside[key]}


def _large_parts(shape: BaseGeometry, smallest: float) -> BaseGeometry:
    parts = sorted(shapely.get_parts(shape), key=lambda part: -part.area)
    kept = [parts[0], *(part for part in parts[1:] if part.area >= smallest**2)]
    return shapely.MultiPolygon(kept) if len(kept) > 1 else kept[0]


def find_arcs(shapes: Mapping[str, BaseGeometry], grid: float = GRID) -> Topology:
    """Split the rings of polygons into arcs at the points where borders meet."""
    rings = {key: [_grid_rings(part, grid) for part in shapely.get_parts(shape)] for key, shape in shapes.items()}
    junctions = _junctions([ring for polygons in rings.values() for polygon in polygons for ring in polygon])
    known: dict[tuple[Node, ...], int] = {}
    topology = Topology()
    for key, polygons in rings.items():
        topology.polygons[key] = []
        for polygon in polygons:
            indices = []
            for ring in polygon:
                indices.append([_arc_index(piece, known, topology, key) for piece in _pieces(ring, junctions)])
            topology.polygons[key].append(indices)
    return topology


def _grid_rings(polygon: BaseGeometry, grid: float) -> list[list[Node]]:
    return [grid_points(ring, grid) for ring in (polygon.exterior, *polygon.interiors)]


def grid_points(line: BaseGeometry, grid: float = GRID) -> list[Node]:
    """Points of a line on the grid, without repetitions."""
    points = np.round(shapely.get_coordinates(line) / grid).astype(int).tolist()
    return [(x, y) for n, (x, y) in enumerate(points) if n == 0 or [x, y] != points[n - 1]]


def _junctions(rings: Sequence[Sequence[Node]]) -> set[Node]:
    """Points where more than two segments meet."""
    beside: dict[Node, set[Node]] = defaultdict(set)
    for ring in rings:
        for one, other in pairwise(ring):
            beside[one].add(other)
            beside[other].add(one)
    return {node for node, nodes in beside.items() if len(nodes) != 2}


def _pieces(ring: list[Node], junctions: set[Node]) -> Iterator[tuple[Node, ...]]:
    """Yield a ring from junction to junction; a ring without one from its smallest point."""
    nodes = ring[:-1]
    start = next((n for n, node in enumerate(nodes) if node in junctions), None)
    if start is None:
        start = nodes.index(min(nodes))
    nodes = [*nodes[start:], *nodes[: start + 1]]
    piece = [nodes[0]]
    for node in nodes[1:]:
        piece.append(node)
        if node in junctions:
            yield tuple(piece)
            piece = [node]
    if len(piece) > 1:
        yield tuple(piece)


def _arc_index(piece: tuple[Node, ...], known: dict[tuple[Node, ...], int], topology: Topology, owner: str) -> int:
    backwards = known.get(piece[::-1])
    if backwards is not None:
        topology.owners[backwards].add(owner)
        return ~backwards
    if piece not in known:
        known[piece] = len(topology.arcs)
        topology.arcs.append(piece)
        topology.owners.append(set())
    topology.owners[known[piece]].add(owner)
    return known[piece]


def polygons_of(arcs: Sequence[Sequence[Node]], polygons: list[list[Ring]], grid: float = GRID) -> BaseGeometry:
    """Build the shape of a list of polygons."""
    shapes = [shapely.Polygon(*_closed(arcs, polygon, grid)) for polygon in polygons]
    return shapes[0] if len(shapes) == 1 else shapely.MultiPolygon(shapes)


def _closed(
    arcs: Sequence[Sequence[Node]], polygon: list[Ring], grid: float
) -> tuple[list[tuple[float, float]], list[list[tuple[float, float]]]]:
    rings = []
    for ring in polygon:
        nodes: list[Node] = []
        for index in ring:
            piece = arcs[index] if index >= 0 else arcs[~index][::-1]
            nodes += piece[1:] if nodes else piece
        rings.append(degrees(nodes, grid))
    return rings[0], rings[1:]


def degrees(nodes: Sequence[Node], grid: float = GRID) -> list[tuple[float, float]]:
    """Coordinates of points on the grid."""
    return [(round(x * grid, 5), round(y * grid, 5)) for x, y in nodes]
