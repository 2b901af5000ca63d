"""The checker of permissions, said once more for the database: which rows an officer may see."""

from django.db.models import Q

from kini.core.actors import Actor, ActorKind
from kini.core.grants import Grant
from kini.people.permissions import Permission

NOTHING = Q(pk__in=())


def visible_cases_q(actor: Actor, permission: Permission = Permission.SEE_CASES) -> Q:
    """A condition on rows with `agency_id`, `area_path` and `service_id`: those over which `rules.may` says yes."""
    if actor.kind is ActorKind.SYSTEM:
        return Q()
    found = NOTHING
    for grant in actor.grants if actor.is_officer else ():
        if permission in grant.permissions:
            found |= _covered(grant)
    return found


def _covered(grant: Grant) -> Q:
    covered = Q(agency_id=grant.agency)
    if grant.area_path:
        covered &= Q(area_path=grant.area_path) | Q(area_path__startswith=f"{grant.area_path}/")
    if grant.services:
        covered &= Q(service_id__in=sorted(grant.services))
    return covered
