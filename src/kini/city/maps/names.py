"""Names on maps: where each has room, from which zoom on, without overlaps."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import shapely
from shapely.geometry.base import BaseGeometry

from kini.city.maps.map_frame import Frame
from kini.city.models import Area

#: Zooms at which further names appear; 1 shows the whole city.
ZOOMS = (1, 2, 4, 8, 16)
#: Width of a map on a small phone, and size of its letters, in pixels.
PHONE, LETTER = 330, 11
#: Mean width of a letter and height of a line, by the size of letters.
LETTER_WIDTH, LINE = 0.56, 1.3
#: Zoom from which stations are named.
STATION_ZOOM = 8
#: A name is at most so many times as long as the radius of its area's largest circle.
ROOM = 4.0
#: Share of a neighbour's name that may lie over the city.
OVER_CITY = 0.1
#: Attributes of the names of areas by depth, of stations and neighbours.
STYLES = {1: ' font-weight="700"', 2: ' font-weight="600" opacity=".75"'}
STATION_STYLE = ' font-size="85%" opacity=".7" dy="-.8em"'
NEIGHBOUR_STYLE = ' font-style="italic"'

#: (x, y, radius).
type Circle = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Name:
    """Name at a point.

    Attributes:
        zoom: from which it may be shown.
        room: radius of the circle that it has; 0: as much as it needs.
        style: SVG attributes.
    """

    text: str
    x: float
    y: float
    zoom: int
    room: float = 0.0
    style: str = ""

    def box(self, unit: float) -> BaseGeometry:
        """Rectangle of the text, `unit` being the size of a pixel."""
        wide, tall = len(self.text) * LETTER * LETTER_WIDTH * unit, LETTER * LINE * unit
        return shapely.box(self.x - wide / 2, self.y - tall / 2, self.x + wide / 2, self.y + tall / 2)

    def fits(self, zoom: int, unit: float) -> bool:
        """True if the name may be shown at a zoom and its area has room."""
        wide = len(self.text) * LETTER * LETTER_WIDTH * unit
        return zoom >= self.zoom and not (self.room and wide > ROOM * self.room)


def label_points(shapes: Mapping[str, BaseGeometry], areas: Mapping[str, Area]) -> dict[str, Circle]:
    """Largest circle within each area; also of areas that consist of others."""
    parts: dict[str, list[BaseGeometry]] = defaultdict(list)
    for code, shape in shapes.items():
        for above in areas[code].path.split("/"):
            parts[above].append(shape)
    return {code: _circle(shapely.coverage_union_all(inside)) for code, inside in parts.items()}


def _circle(shape: BaseGeometry) -> Circle:
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    radius = shapely.maximum_inscribed_circle(largest, max(largest.length / 200, 1))
    x, y = shapely.get_coordinates(radius)[0]
    return float(x), float(y), float(radius.length)


def name_elements(frame: Frame, names: Sequence[Name], taken: Sequence[BaseGeometry]) -> Iterator[str]:
    """Yield a group "names-ZOOM" for each zoom with the names that have room from there on.

    Args:
        names: the more important ones first.
        taken: rectangles of the whole map that names leave free.
    """
    shown: list[Name] = []
    for zoom in ZOOMS:
        unit = frame.width / PHONE / zoom
        boxes = [*(taken if zoom == 1 else ()), *(name.box(unit) for name in shown)]
        group = ""
        for name in names:
            box = name.box(unit)
            if name in shown or not name.fits(zoom, unit) or shapely.intersects(box, boxes).any():
                continue
            shown.append(name)
            boxes.append(box)
            group += f'<text x="{name.x:.0f}" y="{name.y:.0f}"{name.style}>{escape(name.text)}</text>'
        yield f'<g id="names-{zoom}">{group}</g>'


def area_names(centers: Mapping[str, Circle], areas: Mapping[str, Area], detached: frozenset[str]) -> Iterator[Name]:
    """Names of the areas, the larger ones first."""
    hidden = {code for each in detached for code in areas[each].path.split("/")[1:]}
    known = [area for area in areas.values() if area.depth and area.code in centers and area.code not in hidden]
    for area in sorted(known, key=lambda area: (area.depth, -centers[area.code][2])):
        x, y, radius = centers[area.code]
        yield Name(
            area.name, x, y, 2 ** (area.depth - 1), radius if area.depth > 1 else 0.0, STYLES.get(area.depth, "")
        )


def neighbour_names(frame: Frame, neighbours: Sequence[tuple[str, BaseGeometry]], city: BaseGeometry) -> Iterator[Name]:
    """Names of neighbours where the map shows enough of them."""
    for text, shape in neighbours:
        inside = shapely.intersection(shape, frame.box)
        if inside.is_empty:
            continue
        x, y, _radius = _circle(inside)
        half = len(text) * LETTER * LETTER_WIDTH * frame.width / PHONE / 2
        name = Name(text, min(max(x, frame.left + half), frame.left + frame.width - half), y, 1, 0.0, NEIGHBOUR_STYLE)
        box = name.box(frame.width / PHONE)
        if shapely.intersection(box, city).area < OVER_CITY * box.area:
            yield name
