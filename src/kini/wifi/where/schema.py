"""What the pack says about choosing new points: an entry of wifi.yaml, and a row of a list of places."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from kini.city.rows import Row
from kini.city.schema import Id, Latitude, Longitude, Strict
from kini.core.faults import Fault

#: The least and the most of each figure: metres, people, money of the city, how much more somebody counts.
RADIUS, CAPACITY, COST, EQUITY = (50, 5_000), (1, 1_000_000), (0, 10**15), (0.0, 10.0)

Money = Annotated[int, Field(ge=COST[0], le=COST[1])]


class PlanEntry(Strict):
    """By what new points are chosen from a day on, until the next entry holds.

    Attributes:
        radius_m: metres that people walk to a point, along streets.
        capacity: people that a point may serve, a new one and each access point that stands already.
        cost: of a new point, in the city's currency.
        equity: somebody in an area where nobody has a point yet counts 1 + equity.
        candidates: where a point may come: kinds of places, and feeds; each with the kind of site that it would be.
        anywhere: also at spots where no place is known yet.
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


class CandidateRow(Strict):
    """One line of a list of places where a point may come; without a cost it is the entry's."""

    code: Annotated[str, Field(min_length=1, max_length=60)]
    name: Annotated[str, Field(min_length=1, max_length=160)]
    kind: str = ""
    latitude: Latitude
    longitude: Longitude
    cost: Annotated[Money | None, BeforeValidator(_cost)] = None


def kind_faults(row: Row[CandidateRow], kinds: Collection[str]) -> Iterator[Fault]:
    """A kind of site that the city does not have."""
    if row.value.kind and row.value.kind not in kinds:
        yield row.error_at("kind", f'there is no kind "{row.value.kind}"', f"Use one of: {', '.join(kinds)}; or none.")
