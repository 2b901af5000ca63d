"""Registry of point sources: places of the pack, records of feeds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kini.city.city_cache import city_tables
from kini.core.registry import Registry


@dataclass(frozen=True, slots=True)
class NamedPoint:
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
point_sources: Registry[Callable[[str], Iterable[NamedPoint]]] = Registry("source of spots")


def points_of_kind(kind: str) -> Iterator[NamedPoint]:
    """Points of a kind from all sources."""
    for source in point_sources:
        yield from source(kind)


def place_points(kind: str) -> Iterator[NamedPoint]:
    """Active places of a kind."""
    for place in city_tables().places:
        if place.kind == kind and place.active:
            yield NamedPoint(place.pk, place.name, place.latitude, place.longitude)
