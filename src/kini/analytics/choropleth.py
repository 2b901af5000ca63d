"""Choropleth of the city's smallest areas as a standalone SVG. The page shows the figures in a table beside it."""

from bisect import bisect_right
from collections.abc import Mapping

import shapely

from kini.city.public import area_lookup, pack
from kini.core.geometry import Projection
from kini.core.process_cache import cached

WIDTH = 640
#: Light and dark colours of the shades; areas without a value are plain.
STYLE = (
    "<style>path{stroke:#8a949c;stroke-width:.6;fill:#f3f5f6}"
    ".s1{fill:#d5e8e3}.s2{fill:#a6d0c6}.s3{fill:#6db3a4}.s4{fill:#2f8f7d}.s5{fill:#0b5d51}"
    "@media(prefers-color-scheme:dark){path{stroke:#4c565d;fill:#1b2226}"
    ".s1{fill:#143832}.s2{fill:#1a5349}.s3{fill:#277768}.s4{fill:#45a18f}.s5{fill:#8fd8c8}}</style>"
)
#: Number of shades, with equally many areas in each (quantiles).
SHADES = 5


def render_choropleth(values: Mapping[str, float]) -> str:
    """Render the map from values by area code; areas without a value are not shaded."""
    outlines, height = _outlines(area_lookup.area_shapes().version)
    edges = quantile_edges(list(values.values()))
    paths = (
        f'<path class="s{1 + bisect_right(edges, values[code])}" d="{path}"/>'
        if code in values
        else f'<path d="{path}"/>'
        for code, path in outlines.items()
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}">{STYLE}{"".join(paths)}</svg>\n'


def _shade(edges: list[float], value: float) -> str:
    return f' class="s{1 + bisect_right(edges, value)}"'


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
    shown = {code: shape for code, shape in flat.items() if shape.distance(middle) <= near}
    west, south, east, north = shapely.GeometryCollection(list(shown.values())).bounds
    scale = WIDTH / (east - west)
    return (
        {code: _path(shape.simplify(0.5 / scale), west, north, scale) for code, shape in shown.items()},
        round((north - south) * scale),
    )


def _path(shape: shapely.Geometry, west: float, north: float, scale: float) -> str:
    rings = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            spots = [(round((x - west) * scale), round((north - y) * scale)) for x, y in part.exterior.coords]
            rings.append("M" + "L".join(f"{x} {y}" for x, y in spots) + "Z")
    return "".join(rings)
