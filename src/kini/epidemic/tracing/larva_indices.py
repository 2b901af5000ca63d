"""Larva indices of Aedes (WHO): house index, container index, Breteau index, and houses free of larvae (ABJ)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from kini.epidemic.tracing.models import HouseVisit


@dataclass(frozen=True, slots=True)
class InspectedHouse:
    """Containers of an inspected house: looked at, and with larvae."""

    containers: int
    positive: int


@dataclass(frozen=True, slots=True)
class LarvaIndices:
    """Indices in percent, or containers per 100 houses; None where nothing was inspected.

    Attributes:
        house_index: houses with larvae of the inspected ones.
        container_index: containers with larvae of the inspected ones.
        breteau_index: containers with larvae per 100 inspected houses.
        free_houses: houses without larvae of the inspected ones (Indonesian "ABJ").
    """

    houses: int
    containers: int
    house_index: float | None
    container_index: float | None
    breteau_index: float | None
    free_houses: float | None


def larva_indices(houses: Iterable[InspectedHouse]) -> LarvaIndices:
    """Compute the indices of inspected houses."""
    houses = list(houses)
    containers, positive = sum(each.containers for each in houses), sum(each.positive for each in houses)
    infested = sum(1 for each in houses if each.positive)
    count = len(houses)
    return LarvaIndices(
        houses=count,
        containers=containers,
        house_index=100 * infested / count if count else None,
        container_index=100 * positive / containers if containers else None,
        breteau_index=100 * positive / count if count else None,
        free_houses=100 * (count - infested) / count if count else None,
    )


def indices_of(visits: QuerySet[HouseVisit]) -> LarvaIndices:
    """Compute the indices of visits; only houses that were inspected count. One query."""
    sums = (
        visits.filter(result="inspected")
        .annotate(looked=Sum("containers__inspected"), found=Sum("containers__positive"))
        .order_by()
        .values_list("looked", "found")
    )
    return larva_indices(InspectedHouse(looked or 0, found or 0) for looked, found in sums)
