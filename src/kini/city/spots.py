"""Where things of a sort stand, whoever knows them: places of the pack here, rows of feeds in their room."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kini.city.atlas import atlas
from kini.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Spot:
    """Something with a place.

    Attributes:
        code: its own among those of its sort.
        made_up: a sample of the pack; nothing of it is true.
    """

    code: str
    name: str
    latitude: float
    longitude: float
    made_up: bool = False


#: Who knows where things stand: given the name of a sort, those of it; none where the name is somebody else's.
spot_sources: Registry[Callable[[str], Iterable[Spot]]] = Registry("source of spots")


def spots_of(sort: str) -> Iterator[Spot]:
    """All things of a sort, from every source."""
    for source in spot_sources:
        yield from source(sort)


def places_of(kind: str) -> Iterator[Spot]:
    """The places of a kind."""
    for place in atlas().places:
        if place.kind == kind and place.active:
            yield Spot(place.pk, place.name, place.latitude, place.longitude)
