"""Import of map layers from GeoJSON or CSV."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from kini.city import pack
from kini.city.boundaries import feature_code, geometry_faults, read_features
from kini.city.maps import topology
from kini.city.maps.layers import LAYERS, MapFeature, MapLayer
from kini.core.config_files import ConfigError, ConfigErrors
from kini.core.geometry import Projection

#: Columns and properties, by what they hold.
NAMES, LATITUDES, LONGITUDES = ("name", "nama"), ("lat", "latitude"), ("lng", "lon", "longitude")


def read_layer(path: Path, layer: str, source: str, licence: str, only: Sequence[tuple[str, str]] = ()) -> MapLayer:
    """Read the features of a file.

    Args:
        layer: name of the layer, which decides the types of shapes.
        only: properties and values that a feature must have one of.

    Raises:
        ConfigErrors: all errors; the field of each names the feature ("features.12.geometry").
    """
    features = _csv_features(path) if path.suffix.lower() == ".csv" else read_features(path)
    faults: list[ConfigError] = []
    kept = []
    for number, each in enumerate(features):
        properties = each.get("properties") or {} if isinstance(each, dict) else {}
        if only and not any(str(properties.get(key)) == value for key, value in only):
            continue
        wrong = [
            ConfigError(path.name, 0, f"features.{number}.{field}", message, remedy)
            for field, message, remedy in geometry_faults(each, None, LAYERS[layer])
        ]
        faults += wrong
        if not wrong:
            name = next((str(properties[key]) for key in NAMES if properties.get(key)), "")
            kept.append(MapFeature(shape(each["geometry"]), feature_code(each) if layer == "areas" else "", name))
    if not kept and not faults:
        faults.append(ConfigError(path.name, 0, "features", "there is nothing in it", "Give at least one feature."))
    if faults:
        raise ConfigErrors(faults)
    return MapLayer(source, licence, tuple(_nameless(kept) if layer == "areas" else kept))


def _nameless(features: Sequence[MapFeature]) -> Iterator[MapFeature]:
    """Areas have their names in areas.csv."""
    for each in sorted(features, key=lambda each: each.code):
        yield MapFeature(each.shape, each.code)


def _csv_features(path: Path) -> list[Any]:
    """Rows of a CSV file as GeoJSON features with points."""
    try:
        rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigErrors([ConfigError(path.name, 0, "", f"cannot be read ({error})", "Save it as UTF-8.")]) from None
    return [{"properties": row, "geometry": _point(row)} for row in rows]


def _point(row: dict[str, str]) -> dict[str, Any] | None:
    values = [next((row[key] for key in keys if row.get(key)), "") for keys in (LONGITUDES, LATITUDES)]
    try:
        return {"type": "Point", "coordinates": [float(value) for value in values]}
    except ValueError:
        return None


def simplified(layer: MapLayer, metres: float) -> MapLayer:
    """Simplify a layer to details of a size; polygons together, so that shared borders stay shared."""
    projection = Projection(*pack.current().center)
    degree = 1 / abs(projection.to_metres((projection.latitude + 1, projection.longitude))[1])
    tolerance = metres * degree
    polygons = {str(n): each.shape for n, each in enumerate(layer.features) if "Polygon" in each.shape.geom_type}
    together = topology.simplify_coverage(polygons, tolerance) if polygons else {}
    features = [
        MapFeature(together.get(str(n)) or _simple_lines(each.shape, tolerance), each.code, each.name)
        for n, each in enumerate(layer.features)
        if str(n) in together or str(n) not in polygons
    ]
    return MapLayer(layer.source, layer.licence, tuple(features))


def _simple_lines(lines: BaseGeometry, tolerance: float) -> BaseGeometry:
    """Join lines that meet, and leave out the short ones."""
    if lines.geom_type == "Point":
        return lines
    merged = shapely.line_merge(lines) if lines.geom_type == "MultiLineString" else lines
    kept = [part for part in shapely.get_parts(merged) if part.length > 10 * tolerance]
    return shapely.simplify(shapely.MultiLineString(kept), tolerance)
