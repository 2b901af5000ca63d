"""Schemas of network planning: an entry of wifi.yaml, and a row of a list of candidates."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from kini.city.csv_rows import CsvRow
from kini.city.schema import Id, Latitude, Longitude, StrictModel
from kini.core.config_files import ConfigError

#: Bounds: metres, people, currency units, weight.
RADIUS, CAPACITY, COST, EQUITY = (50, 5_000), (1, 1_000_000), (0, 10**15), (0.0, 10.0)

Money = Annotated[int, Field(ge=COST[0], le=COST[1])]


class PlanEntry(StrictModel):
    """Dated rule for choosing new points, valid until the next entry.

    Attributes:
        radius_m: walking distance to a point along streets, in metres.
        capacity: people that a new point, or an existing access point, may serve.
        cost: of a new point, in the city's currency.
        equity: extra weight of a person in an area without points.
        candidates: kinds of places, and feeds, with the kind of site that a point there would be.
        anywhere: also consider a grid without known buildings.
    """

    since: date
    radius_m: Annotated[int, Field(ge=RADIUS[0], le=RADIUS[1])]
    capacity: Annotated[int, Field(ge=CAPACITY[0], le=CAPACITY[1])]
    cost: Money = 0
    equity: Annotated[float, Field(ge=EQUITY[0], le=EQUITY[1])] = 0.0
    candidates: dict[Id, Id] = {}
    anywhere: bool = False


def _cost(value: Any) -> Any:
    return None if value == "" else value


class CandidateRow(StrictModel):
    """Row of a list of candidates; the default cost is the entry's."""

    code: Annotated[str, Field(min_length=1, max_length=60)]
    name: Annotated[str, Field(min_length=1, max_length=160)]
    kind: str = ""
    latitude: Latitude
    longitude: Longitude
    cost: Annotated[Money | None, BeforeValidator(_cost)] = None


def kind_errors(row: CsvRow[CandidateRow], kinds: Collection[str]) -> Iterator[ConfigError]:
    """Check the kind of site."""
    if row.value.kind and row.value.kind not in kinds:
        yield row.error_at("kind", f'there is no kind "{row.value.kind}"', f"Use one of: {', '.join(kinds)}; or none.")
