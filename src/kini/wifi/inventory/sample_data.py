"""Sample points for a demo: as many in each area as the pack counts, placed at random where people live, but
reproducible.
"""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import shapely
from django.conf import settings
from shapely.geometry.base import BaseGeometry

from kini.city.models import Area
from kini.city.public import area_lookup, city_tables
from kini.core.config_files import ConfigError, ConfigErrors
from kini.core.table_import import Row, Table, read_pack_table
from kini.wifi import rules
from kini.wifi.inventory.list_parser import PointList
from kini.wifi.inventory.schema import CountRow, PointRow
from kini.wifi.schema import WifiFile

COUNTS = "wifi-points.csv"

PREFIX = "made-up"
CAPACITY = 40
TRIES = 64


def sample_points(network: WifiFile, count: int | None = None) -> PointList:
    """Return the sample points as rows of a list.

    Args:
        count: total, in the proportions of the pack's counts; None: the pack's counts.
    """
    listed = PointList(Table("made up", b""))
    counted = {row.value.area: row.value.points for row in point_counts()}
    if count is not None:
        counted = rules.apportion(count, {code: float(number) for code, number in counted.items()})
    rows = (row for area, many in counted.items() for row in _laid(network, area, many))
    listed.rows = [Row(listed.table, number, {}, row) for number, row in enumerate(rows, 1)]
    return listed


def _laid(network: WifiFile, code: str, count: int) -> Iterator[PointRow]:
    """Place the points of one counted area in the smallest areas within it, in proportion to their population."""
    shapes, areas = area_lookup.area_shapes().shapes, city_tables().areas
    inside = {each: areas[each] for each in shapes if code in areas[each].path.split("/")}
    weights = {each: float(area.population or 0) for each, area in inside.items()}
    shared = rules.apportion(count, weights if any(weights.values()) else dict.fromkeys(inside, 1.0))
    for each, number in shared.items():
        yield from _in_area(network, inside[each], shapes[each], number)


def _in_area(network: WifiFile, area: Area, shape: BaseGeometry, count: int) -> Iterator[PointRow]:
    dice = random.Random(f"{PREFIX}:{area.code}")  # noqa: S311 -- the same points each time
    kinds, schemes = list(network.kinds), list(network.schemes) or [""]
    shares = [network.kinds[each].share or 1 for each in kinds]
    paid = [network.schemes[each].share or 1 if each else 1 for each in schemes]
    for number, (longitude, latitude) in enumerate(_spots(shape, area, dice, count), 1):
        code = f"{PREFIX}-{area.code}-{number:03}"
        yield PointRow(
            site=code,
            name=network.made_up_name.format(area=f"{area.name} {number}"),
            kind=dice.choices(kinds, shares)[0],
            scheme=dice.choices(schemes, paid)[0],
            latitude=latitude,
            longitude=longitude,
            area=area.code,
            capacity=CAPACITY,
            mac=_mac(code),
        )


def _spots(shape: BaseGeometry, area: Area, dice: random.Random, count: int) -> list[tuple[float, float]]:
    """Draw (longitude, latitude) within the shape; fall back to the area's own point if a thin shape is hard to hit."""
    west, south, east, north = shape.bounds
    drawn = np.array([(dice.uniform(west, east), dice.uniform(south, north)) for _n in range(count * TRIES)])
    hits = drawn[shapely.contains_xy(shape, drawn[:, 0], drawn[:, 1])] if count else drawn
    spots = [(round(float(x), 6), round(float(y), 6)) for x, y in hits[:count]]
    return spots + [(area.longitude, area.latitude)] * (count - len(spots))


def _mac(code: str) -> str:
    """Derive a stable, locally administered MAC from the site code."""
    return rules.normalize_mac(f"02{hashlib.sha256(code.encode()).hexdigest()[:10]}")


def point_counts() -> list[Row[CountRow]]:
    """Return the number of points in each area according to wifi-points.csv; empty without the file.

    Raises:
        ConfigErrors: with every error of the table.
    """
    root, faults = Path(settings.CITY_PATH), list[ConfigError]()
    rows = read_pack_table(root / COUNTS, root, CountRow, faults) if (root / COUNTS).is_file() else []
    if faults:
        raise ConfigErrors(faults)
    return rows
