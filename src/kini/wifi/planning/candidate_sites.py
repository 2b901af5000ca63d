"""Candidate sites for new points: a list, the places and feeds that the city knows, or a regular grid."""

import math
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from kini.city import area_lookup, pack
from kini.city import queries as city
from kini.city.city_cache import city_tables
from kini.city.csv_rows import read_rows
from kini.city.models import Area
from kini.city.point_sources import points_of_kind
from kini.core.config_files import ConfigError, ConfigErrors
from kini.core.geometry import Projection
from kini.wifi.config import CANDIDATES
from kini.wifi.planning import demand
from kini.wifi.planning.schema import CandidateRow, PlanEntry, kind_errors
from kini.wifi.schema import WifiFile


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate site.

    Attributes:
        name, kind: empty for a grid point without a known building.
        cost: None: the default cost.
        made_up: sample data of the pack.
    """

    code: str
    name: str
    kind: str
    latitude: float
    longitude: float
    area: Area
    cost: int | None = None
    made_up: bool = False


def read_candidates(path: Path, network: WifiFile) -> list[Candidate]:
    """Read a list of candidates (CSV).

    Raises:
        PackFaults: with every error of it.
    """
    faults: list[ConfigError] = []
    found: dict[str, Candidate] = {}
    for row in read_rows(path, path.parent, CandidateRow, faults):
        one, area = row.value, city.locate(row.value.latitude, row.value.longitude)
        wrong = list(kind_errors(row, network.kinds))
        if area is None:
            wrong.append(row.error_at("latitude", "lies outside the city", "Give degrees in WGS 84."))
        elif one.code in found:
            wrong.append(row.error_at("code", "it stands twice", "Give each place a code of its own."))
        if wrong or area is None:
            faults += wrong
            continue
        found[one.code] = Candidate(one.code, one.name, one.kind, one.latitude, one.longitude, area, one.cost)
    if not found and not faults:
        faults.append(ConfigError(path.name, 1, "", "there is no place in it", "Write one in each line."))
    if faults:
        raise ConfigErrors(faults)
    return list(found.values())


def known_candidates(network: WifiFile, entry: PlanEntry) -> list[Candidate]:
    """Return the candidates that the city knows: the pack's list, and the kinds and feeds that the rule names.

    Raises:
        PackFaults: with every error of the pack's list.
    """
    path = Path(settings.CITY_PATH) / CANDIDATES
    found = read_candidates(path, network) if path.is_file() else []
    for sort, kind in entry.candidates.items():
        for spot in points_of_kind(sort):
            if area := city.locate(spot.latitude, spot.longitude):
                code = f"{sort}:{spot.code}"
                found.append(
                    Candidate(code, spot.name, kind, spot.latitude, spot.longitude, area, made_up=spot.made_up)
                )
    return found


def populated_areas() -> list[str]:
    """Return the codes of the smallest areas with a known population."""
    areas = city_tables().areas
    return sorted(code for code in area_lookup.area_shapes().shapes if areas[code].population)


def grid_candidates(metres: float) -> list[Candidate]:
    """Return grid points so dense that nearly everybody has one within that straight-line distance; at the edge of the
    city a few may lack one.
    """
    projection = Projection(*pack.current().center)
    areas, shapes, codes = city_tables().areas, area_lookup.area_shapes().shapes, populated_areas()
    flat = [projection.flatten(shapes[code]) for code in codes]
    laid = demand.build_grid(flat, [1] * len(codes), metres * math.sqrt(2))
    found = []
    for (east, north), area in zip(laid.spots.tolist(), laid.area.tolist(), strict=True):
        latitude, longitude = (round(degrees, 6) for degrees in projection.to_degrees(east, north))
        found.append(Candidate(f"spot:{latitude},{longitude}", "", "", latitude, longitude, areas[codes[area]]))
    return found
