"""Map layers and their file: `map/LAYER.json` of the pack, TopoJSON whose arcs are encoded polylines."""

import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from django.utils.translation import gettext as _
from pydantic import ValidationError
from shapely.geometry.base import BaseGeometry

from kini.city import models, pack
from kini.city.maps import polyline, topology
from kini.city.schema import StrictModel
from kini.core.config_files import ConfigError
from kini.core.process_cache import cached

WRITE = "Write it by `./kini city map FILE --as LAYER --into-pack METRES`."
#: Folder of the pack.
FOLDER = "map"

#: Layers from the ground up: (longitude, latitude) shapes of the types named.
LAYERS = {
    "areas": ("Polygon", "MultiPolygon"),
    "neighbours": ("Polygon", "MultiPolygon"),
    "water": ("Polygon", "MultiPolygon", "LineString", "MultiLineString"),
    "roads": ("LineString", "MultiLineString"),
    "rail": ("LineString", "MultiLineString"),
    "stations": ("Point",),
}


@dataclass(frozen=True, slots=True)
class MapFeature:
    """Shape of a layer in (longitude, latitude), with the code of its area or a name, if it has one."""

    shape: BaseGeometry
    code: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class MapLayer:
    """Features with their origin.

    Attributes:
        source, licence: shown with every map that draws the layer.
    """

    source: str
    licence: str
    features: tuple[MapFeature, ...]


class _FeatureEntry(StrictModel):
    code: str = ""
    name: str = ""
    polygons: list[list[list[int]]] = []
    lines: list[int] = []
    at: tuple[float, float] | None = None


class _LayerFile(StrictModel):
    source: str
    licence: str
    arcs: list[str] = []
    features: list[_FeatureEntry]


def dump_layer(layer: MapLayer) -> str:
    """Write a layer; polygons of one file share their borders."""
    polygons = {str(n): each.shape for n, each in enumerate(layer.features) if "Polygon" in each.shape.geom_type}
    shared = topology.find_arcs(polygons)
    arcs = list(shared.arcs)
    entries = []
    for number, each in enumerate(layer.features):
        entry: dict[str, Any] = {key: text for key, text in (("code", each.code), ("name", each.name)) if text}
        if str(number) in polygons:
            entry["polygons"] = shared.polygons[str(number)]
        elif each.shape.geom_type == "Point":
            entry["at"] = [round(each.shape.x, 5), round(each.shape.y, 5)]
        else:
            lines = [tuple(topology.grid_points(line)) for line in shapely.get_parts(each.shape)]
            entry["lines"] = list(range(len(arcs), len(arcs) + len(lines)))
            arcs += lines
        entries.append(entry)
    content = {
        "source": layer.source,
        "licence": layer.licence,
        "features": entries,
        "arcs": [polyline.encode_line(arc) for arc in arcs],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


def parse_layer(text: str | bytes) -> MapLayer:
    """Read a layer.

    Raises:
        ValueError: the text is no layer.
    """
    try:
        content = _LayerFile.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    arcs = [polyline.decode_line(arc) for arc in content.arcs]
    try:
        features = tuple(MapFeature(_shape(each, arcs), each.code, each.name) for each in content.features)
    except IndexError:
        raise ValueError(_("a feature refers to an arc that is not there")) from None
    return MapLayer(content.source, content.licence, features)


def _shape(entry: _FeatureEntry, arcs: list[list[topology.Node]]) -> BaseGeometry:
    if entry.polygons:
        return topology.polygons_of(arcs, entry.polygons)
    if entry.at:
        return shapely.Point(entry.at)
    return shapely.MultiLineString([topology.degrees(arcs[line]) for line in entry.lines])


def outlines_by_code(layer: MapLayer) -> Mapping[str, BaseGeometry]:
    """Polygons of a layer by the code of their area."""
    return {each.code: each.shape for each in layer.features if each.code}


def current_layers() -> Mapping[str, MapLayer]:
    """Layers of the city, from the ground up: the loaded ones, else those of the pack."""
    loaded = {row.name: parse_layer(row.document) for row in models.MapLayer.objects.all()}
    layers = {**read_pack_layers(pack.current().root), **loaded}
    return {name: layers[name] for name in LAYERS if name in layers}


@cached(maxsize=4)
def read_pack_layers(root: Path) -> Mapping[str, MapLayer]:
    """Layers of a pack.

    Raises:
        ValueError: a file is no layer.
    """
    files = {name: root / FOLDER / f"{name}.json" for name in LAYERS}
    return {name: parse_layer(file.read_bytes()) for name, file in files.items() if file.exists()}


def layer_faults(root: Path, codes: Set[str]) -> Iterator[ConfigError]:
    """Yield the errors of a pack's layers.

    Args:
        codes: of the areas of the pack.
    """
    for file in sorted((root / FOLDER).glob("*.json")):
        name = f"{FOLDER}/{file.name}"
        if file.stem not in LAYERS:
            yield ConfigError(
                name, 0, "", _("no map draws such a layer"), _("Name it %(names)s.") % {"names": ", ".join(LAYERS)}
            )
            continue
        try:
            layer = parse_layer(file.read_bytes())
        except ValueError as error:
            yield ConfigError(name, 0, "", str(error), WRITE)
            continue
        strange = sorted(each.code for each in layer.features if each.code and each.code not in codes)
        if strange:
            yield ConfigError(
                name, 0, "features", _("there is no area %(names)s") % {"names": ", ".join(strange[:3])}, WRITE
            )
