"""Candidates for duplicates of a case."""

import math
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Greatest, Least

from kini.cases.access import conflict_of_interest_q, own_or_family_q
from kini.cases.models import Case, NotDuplicate
from kini.cases.queries.desk import visible_cases
from kini.cases.queries.own import DEFERRED
from kini.core.actors import Actor
from kini.core.geometry import EARTH_RADIUS_M, distance_m
from kini.services.public import kinds

#: Maximal distance and time between duplicates; number of cases compared and suggested.
NEAR_METRES, NEAR_DAYS = 100.0, 14
MAX_COMPARED, MAX_CANDIDATES = 40, 5


@dataclass(frozen=True, slots=True)
class DuplicateCandidate:
    """Open case that may be a duplicate, with the distance in metres."""

    case: Case
    metres: float | None


def duplicate_candidates(actor: Actor, case: Case) -> list[DuplicateCandidate]:
    """Return open cases of the same service, visible to the officer, that may be duplicates; nearest first.

    Pairs marked as not duplicate are excluded. At most two queries, the second along the index by resident or by
    location.
    """
    by_place = kinds.get(case.kind).duplicates_by == "place"
    if case.closed_at or (case.latitude if by_place else case.resident_id) is None:
        return []
    candidates = visible_cases(actor).filter(closed_at__isnull=True, service_id=case.service_id).exclude(pk=case.pk)
    candidates = candidates.filter(_near_q(case) if by_place else Q(resident_id=case.resident_id))
    if actor.user_id:
        candidates = candidates.exclude(own_or_family_q(actor.user_id) | conflict_of_interest_q(actor.user_id))
    known = NotDuplicate.objects.filter(first=Least(OuterRef("pk"), case.pk), later=Greatest(OuterRef("pk"), case.pk))
    candidates = candidates.exclude(Exists(known)).select_related("version").defer(*DEFERRED).order_by("-opened_at")
    alike = [DuplicateCandidate(each, distance_between(case, each)) for each in candidates[:MAX_COMPARED]]
    close = [each for each in alike if not by_place or (each.metres or 0.0) <= NEAR_METRES]
    return sorted(close, key=lambda each: each.metres or 0.0)[:MAX_CANDIDATES]


def _near_q(case: Case) -> Q:
    """Cases in a bounding box around the case, opened within NEAR_DAYS."""
    latitude, longitude = case.latitude or 0.0, case.longitude or 0.0
    north = math.degrees(NEAR_METRES / EARTH_RADIUS_M)
    east = north / max(math.cos(math.radians(latitude)), 0.01)
    span = timedelta(days=NEAR_DAYS)
    return Q(
        latitude__range=(latitude - north, latitude + north),
        longitude__range=(longitude - east, longitude + east),
        opened_at__range=(case.opened_at - span, case.opened_at + span),
    )


def distance_between(one: Case, other: Case) -> float | None:
    """Distance in metres between two cases; None if one has no location."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    return distance_m((one.latitude, one.longitude), (other.latitude, other.longitude))
