"""Registry of point sources: places of the pack, records of feeds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kini.city.atlas import atlas
from kini.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Spot:
    """Point with a name.

    Attributes:
        code: unique within its source.
        made_up: sample data.
    """

    code: str
    name: str
    latitude: float
    longitude: float
    made_up: bool = False


#: Each returns the points of a kind; none for kinds of other sources.
spot_sources: Registry[Callable[[str], Iterable[Spot]]] = Registry("source of spots")


def spots_of(sort: str) -> Iterator[Spot]:
    """Points of a kind from all sources."""
    for source in spot_sources:
        yield from source(sort)


def places_of(kind: str) -> Iterator[Spot]:
    """Active places of a kind."""
    for place in atlas().places:
        if place.kind == kind and place.active:
            yield Spot(place.pk, place.name, place.latitude, place.longitude)
