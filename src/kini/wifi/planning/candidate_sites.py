"""Candidate sites for new points: a list, the places and feeds that the city knows, or a regular grid."""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from django.conf import settings
from pydantic import Field

from kini.city import queries as city
from kini.city.models import Area
from kini.city.public import Latitude, Longitude, StrictModel, area_lookup, city_tables, pack, points_of_kind
from kini.core.config_files import ConfigError, ConfigErrors
from kini.core.geometry import Projection
from kini.core.table_import import Row, read_pack_table
from kini.wifi.planning import demand
from kini.wifi.schema import Money, PlanEntry, WifiFile

CANDIDATES = "wifi-candidates.csv"


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
        ConfigErrors: with every error of it.
    """
    faults: list[ConfigError] = []
    candidates: dict[str, Candidate] = {}
    for row in read_pack_table(path, path.parent, CandidateRow, faults):
        entry, area = row.value, city.locate(row.value.latitude, row.value.longitude)
        wrong = list(kind_errors(row, network.kinds))
        if area is None:
            wrong.append(row.error_at("latitude", "lies outside the city", "Give degrees in WGS 84."))
        elif entry.code in candidates:
            wrong.append(row.error_at("code", "it stands twice", "Give each place a code of its own."))
        if wrong or area is None:
            faults += wrong
            continue
        candidates[entry.code] = Candidate(
            entry.code, entry.name, entry.kind, entry.latitude, entry.longitude, area, entry.cost
        )
    if not candidates and not faults:
        faults.append(ConfigError(path.name, 1, "", "there is no place in it", "Write one in each line."))
    if faults:
        raise ConfigErrors(faults)
    return list(candidates.values())


def known_candidates(network: WifiFile, entry: PlanEntry) -> list[Candidate]:
    """Return the candidates that the city knows: the pack's list, and the kinds and feeds that the rule names.

    Raises:
        ConfigErrors: with every error of the pack's list.
    """
    path = Path(settings.CITY_PATH) / CANDIDATES
    candidates = read_candidates(path, network) if path.is_file() else []
    for source, kind in entry.candidates.items():
        for spot in points_of_kind(source):
            if area := city.locate(spot.latitude, spot.longitude):
                code = f"{source}:{spot.code}"
                candidates.append(
                    Candidate(code, spot.name, kind, spot.latitude, spot.longitude, area, made_up=spot.made_up)
                )
    return candidates


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
    grid = demand.build_grid(flat, [1] * len(codes), metres * math.sqrt(2))
    candidates = []
    for (east, north), area in zip(grid.spots.tolist(), grid.area.tolist(), strict=True):
        latitude, longitude = (round(degrees, 6) for degrees in projection.to_degrees(east, north))
        candidates.append(Candidate(f"spot:{latitude},{longitude}", "", "", latitude, longitude, areas[codes[area]]))
    return candidates


class CandidateRow(StrictModel):
    """Row of a list of candidates; the default cost is the entry's."""

    code: Annotated[str, Field(min_length=1, max_length=60)]
    name: Annotated[str, Field(min_length=1, max_length=160)]
    kind: str = ""
    latitude: Latitude
    longitude: Longitude
    cost: Money | None = None


def kind_errors(row: Row[CandidateRow], kinds: Collection[str]) -> Iterator[ConfigError]:
    """Check the kind of site."""
    if row.value.kind and row.value.kind not in kinds:
        yield row.error_at("kind", f'there is no kind "{row.value.kind}"', f"Use one of: {', '.join(kinds)}; or none.")
