"""Permission checks as database conditions: filters for the rows an officer may see."""

from collections.abc import Iterable

from django.db.models import Q

from kini.core.actors import Actor, ActorKind
from kini.core.grants import Grant
from kini.people.permissions import Permission

NO_ROWS = Q(pk__in=())


def visible_cases_q(actor: Actor, permission: Permission) -> Q:
    """Condition on rows with `agency_id`, `area_path` and `service_id`, equivalent to `rules.may`.

    Its form is `agency AND (areas and services of its grants)`, so that an index that begins with the agency serves it.
    """
    if actor.kind is ActorKind.SYSTEM:
        return Q()
    grants: dict[str, list[Grant]] = {}
    for grant in actor.grants if actor.is_officer else ():
        if permission in grant.permissions:
            grants.setdefault(grant.agency, []).append(grant)
    condition = NO_ROWS
    for agency, some in grants.items():
        condition |= Q(agency_id=agency) & _covered(some)
    return condition


def _covered(grants: Iterable[Grant]) -> Q:
    """Condition for the grants of one agency; a grant over everything makes the others redundant."""
    narrow = {(grant.area_path, grant.services) for grant in grants}
    if ("", frozenset()) in narrow:
        return Q()
    condition = NO_ROWS
    for area_path, services in sorted(narrow, key=lambda each: (each[0], sorted(each[1]))):
        covered = in_area_q(area_path) if area_path else Q()
        condition |= covered & Q(service_id__in=sorted(services)) if services else covered
    return condition


def in_area_q(area_path: str) -> Q:
    """Condition for rows in an area or in one of its subareas."""
    return Q(area_path=area_path) | Q(area_path__startswith=f"{area_path}/")
