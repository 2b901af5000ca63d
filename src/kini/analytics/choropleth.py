"""Choropleth of the city's smallest areas as a standalone SVG. The page shows the figures in a table beside it."""

from bisect import bisect_right
from collections.abc import Mapping

import shapely
from django.template.loader import render_to_string

from kini.city import area_lookup, pack
from kini.core.geometry import Projection
from kini.core.process_cache import cached

WIDTH = 640
#: Number of shades, with equally many areas in each (quantiles).
SHADES = 5


def render_choropleth(values: Mapping[str, float]) -> str:
    """Render the map from values by area code; areas without a value are not shaded."""
    outlines, height = _outlines(area_lookup.area_shapes().version)
    edges = quantile_edges(list(values.values()))
    areas = [(path, 1 + bisect_right(edges, values[code]) if code in values else 0) for code, path in outlines.items()]
    return render_to_string("wifi/served_map.svg", {"areas": areas, "width": WIDTH, "height": height})


def quantile_edges(values: list[float]) -> list[float]:
    """Return the upper edges of the shades, so that each contains equally many values."""
    ordered = sorted(values)
    return [ordered[len(ordered) * n // SHADES] for n in range(1, SHADES)] if ordered else []


@cached(maxsize=1)
def _outlines(_version: int) -> tuple[dict[str, str], int]:
    """Return the smallest areas as SVG paths, and the height of the map."""
    projection = Projection(*pack.current().center)
    flat = {code: projection.flatten(shape) for code, shape in area_lookup.area_shapes().shapes.items()}
    if not flat:
        return {}, WIDTH
    # Leave out far islands, which would make the city small.
    middle = shapely.centroid(shapely.GeometryCollection(list(flat.values())))
    near = sorted(shape.distance(middle) for shape in flat.values())[
        int(len(flat) * 0.98) - 1 if len(flat) > 49 else -1
    ]
    kept = {code: shape for code, shape in flat.items() if shape.distance(middle) <= near}
    west, south, east, north = shapely.GeometryCollection(list(kept.values())).bounds
    scale = WIDTH / (east - west)
    return (
        {code: _path(shape.simplify(0.5 / scale), west, north, scale) for code, shape in kept.items()},
        round((north - south) * scale),
    )


def _path(shape: shapely.Geometry, west: float, north: float, scale: float) -> str:
    found = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            spots = [(round((x - west) * scale), round((north - y) * scale)) for x, y in part.exterior.coords]
            found.append("M" + "L".join(f"{x} {y}" for x, y in spots) + "Z")
    return "".join(found)
