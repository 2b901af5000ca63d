"""Cases that may be the same thing."""

import math
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Greatest, Least

from kini.cases.access import ours_q, related_q
from kini.cases.models import Apart, Case
from kini.cases.queries.columns import UNSHOWN
from kini.cases.queries.desk import visible
from kini.core.actors import Actor
from kini.core.geometry import EARTH_RADIUS_M, distance_m
from kini.services.kinds import kinds

#: How far apart, in metres and in days, two reports may lie that could be the same thing; and how many are compared.
NEAR_METRES, NEAR_DAYS = 100.0, 14
MOST_READ, MOST_ALIKE = 40, 5


@dataclass(frozen=True, slots=True)
class Alike:
    """An open case that may be the same thing as another one, and how many metres lie between them."""

    case: Case
    metres: float | None


def alike(actor: Actor, case: Case) -> list[Alike]:
    """Open cases of the same service, among those an officer sees, that may be the same thing; the nearest first.

    Those that an officer once kept apart are not among them. At most two queries, the second
    read along the index of the resident's cases or of places.
    """
    by_place = kinds.get(case.kind).alike == "place"
    if case.closed_at or (case.latitude if by_place else case.resident_id) is None:
        return []
    found = visible(actor).filter(closed_at__isnull=True, service_id=case.service_id).exclude(pk=case.pk)
    found = found.filter(_near_q(case) if by_place else Q(resident_id=case.resident_id))
    if actor.user_id:
        found = found.exclude(ours_q(actor.user_id) | related_q(actor.user_id))
    known = Apart.objects.filter(first=Least(OuterRef("pk"), case.pk), later=Greatest(OuterRef("pk"), case.pk))
    found = found.exclude(Exists(known)).select_related("version").defer(*UNSHOWN).order_by("-opened_at")
    alike = [Alike(each, distance(case, each)) for each in found[:MOST_READ]]
    close = [each for each in alike if not by_place or (each.metres or 0.0) <= NEAR_METRES]
    return sorted(close, key=lambda each: each.metres or 0.0)[:MOST_ALIKE]


def _near_q(case: Case) -> Q:
    """Cases in the square around a case, opened at nearly the same time."""
    latitude, longitude = case.latitude or 0.0, case.longitude or 0.0
    north = math.degrees(NEAR_METRES / EARTH_RADIUS_M)
    east = north / max(math.cos(math.radians(latitude)), 0.01)
    span = timedelta(days=NEAR_DAYS)
    return Q(
        latitude__range=(latitude - north, latitude + north),
        longitude__range=(longitude - east, longitude + east),
        opened_at__range=(case.opened_at - span, case.opened_at + span),
    )


def distance(one: Case, other: Case) -> float | None:
    """Metres between the places of two cases; None when one of them has no place."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    return distance_m((one.latitude, one.longitude), (other.latitude, other.longitude))
