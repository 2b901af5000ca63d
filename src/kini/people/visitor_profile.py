"""Profile of the visitor, for the pages of every room."""

from django.http import Http404, HttpRequest

from kini.people import actions, queries
from kini.people.models import Resident, User


def resident_for(request: HttpRequest) -> Resident:
    """Return the profile of the signed-in visitor, created if missing."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    try:
        return queries.resident_of(user)
    except Resident.DoesNotExist:
        return actions.ensure_resident(by=queries.actor_for(request), user=user)
