"""Parser and validation of official boundaries and other features in GeoJSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from kini.core.config_files import ConfigError, ConfigErrors
from kini.core.geometry import Point, distance_m

#: Properties that may contain an area's code, besides the feature's id.
CODE_PROPERTIES = ("code", "kode")
#: A boundary whose centre is farther than this from the area's point is misplaced or has swapped axes.
FARTHEST_M = 100_000


@dataclass(frozen=True, slots=True)
class Boundary:
    """Boundary of an area, in (longitude, latitude)."""

    code: str
    shape: BaseGeometry


def read_boundaries(path: Path, points: Mapping[str, Point]) -> list[Boundary]:
    """Read the boundaries of a GeoJSON FeatureCollection.

    Args:
        points: a point of each known area, by code.

    Raises:
        ConfigErrors: all errors; the field of each names the feature ("features.12.geometry").
    """
    features = read_features(path)
    faults: list[ConfigError] = []
    borders: dict[str, Boundary] = {}
    for number, feature in enumerate(features):
        code = feature_code(feature)
        wrong = [
            ConfigError(path.name, 0, f"features.{number}.{field}", f"{code or 'no code'}: {message}", remedy)
            for field, message, remedy in _feature_faults(feature, code, points, code in borders)
        ]
        faults += wrong
        if not wrong:
            borders[code] = Boundary(code, shape(feature["geometry"]))
    if not features:
        faults.append(
            ConfigError(path.name, 0, "features", "there are no borders in it", "Give a feature for each area.")
        )
    if faults:
        raise ConfigErrors(faults)
    return list(borders.values())


def read_features(path: Path) -> list[Any]:
    """Features of a GeoJSON FeatureCollection, as they stand there.

    Raises:
        ConfigErrors: the file is none.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigErrors([ConfigError(path.name, 0, "", "cannot be read", error.strerror or "")]) from None
    except UnicodeDecodeError:
        raise ConfigErrors([ConfigError(path.name, 0, "", "is not UTF-8", "Save it as UTF-8.")]) from None
    except json.JSONDecodeError as error:
        raise ConfigErrors([ConfigError(path.name, error.lineno, "", error.msg, "Fix the JSON syntax.")]) from None
    except RecursionError:
        raise ConfigErrors(
            [ConfigError(path.name, 0, "", "is nested too deeply", "Give a plain FeatureCollection.")]
        ) from None
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        raise ConfigErrors(
            [ConfigError(path.name, 0, "", "is no GeoJSON FeatureCollection", "Export the areas as GeoJSON.")]
        )
    return features


def feature_code(feature: Any) -> str:
    """Code of a feature's area: its id or one of CODE_PROPERTIES; empty if it has none."""
    if not isinstance(feature, dict):
        return ""
    properties = feature.get("properties")
    named = [properties.get(name) for name in CODE_PROPERTIES] if isinstance(properties, dict) else []
    code = next((value for value in (feature.get("id"), *named) if isinstance(value, str | int)), "")
    return str(code).strip()


def _feature_faults(
    feature: Any, code: str, points: Mapping[str, Point], twice: bool
) -> Iterator[tuple[str, str, str]]:
    """Yield (field, error, remedy)."""
    if not code:
        yield "id", "it has no code", f"Give it as the feature's id or as its property {' or '.join(CODE_PROPERTIES)}."
    elif code not in points:
        yield "id", "the city has no such area", "Use the codes of areas.csv."
    elif twice:
        yield "id", "this area appears twice", "Join its parts to one multipolygon."
    yield from geometry_faults(feature, points.get(code))


def geometry_faults(
    feature: Any, point: Point | None, types: Sequence[str] = ("Polygon", "MultiPolygon")
) -> Iterator[tuple[str, str, str]]:
    """Yield (field, error, remedy) for a geometry that is not of these types, not valid, or far from the point."""
    wanted = f"Give a {' or '.join(types)}."
    try:
        border = shape(feature["geometry"])
        west, south, east, north = border.bounds
    except Exception as error:  # noqa: BLE001 -- shapely has no base of what it raises for nonsense
        yield "geometry", f"cannot be read as a geometry ({error})", wanted
        return
    if border.geom_type not in types:
        yield "geometry", f"is a {border.geom_type}", wanted
    elif west < -180 or east > 180 or south < -90 or north > 90:
        yield "geometry", "lies off the earth", "Give degrees in WGS 84 (EPSG:4326), longitude first."
    elif not border.is_valid:
        reason = shapely.is_valid_reason(border)
        yield "geometry", f"is broken: {reason}", "Repair it, for example with ST_MakeValid or a GIS program."
    elif point and distance_m(point, ((south + north) / 2, (west + east) / 2)) > FARTHEST_M:
        yield "geometry", "lies far away from the area", "Longitude comes first, in WGS 84."
