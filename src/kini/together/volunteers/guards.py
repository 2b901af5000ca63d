"""Guards of this part: organizers, officers of the area, volunteers and their guardians."""

from django.utils.translation import gettext as _

from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.people import queries as people_queries
from kini.people.models import Resident
from kini.people.rules import may_in_area
from kini.together.action_guards import acts_for_giver
from kini.together.permissions import HelpPermission
from kini.together.volunteers.models import Activity, Volunteer


def is_officer_of(by: Actor, activity: Activity) -> bool:
    """True for officers who look after volunteers of the area, and for jobs."""
    return may_in_area(by, HelpPermission.MANAGE_VOLUNTEERS, activity.area.path)


def side_of(by: Actor, activity: Activity) -> str:
    """Return "organizer", "officer", or "" for everybody else."""
    if activity.giver and acts_for_giver(by, activity.giver):
        return "organizer"
    return "officer" if is_officer_of(by, activity) else ""


def require_organizer(by: Actor, activity: Activity) -> str:
    """Return the side of an organizer or officer.

    Raises:
        NotAllowed: for everybody else.
    """
    if side := side_of(by, activity):
        return side
    raise NotAllowed(_("Only the organizers of this activity and officers of the area may do this."))


def acts_for_resident(by: Actor, resident: Resident) -> bool:
    """True for the resident's own account, and that of somebody who may act for a member of the family."""
    if by.kind is ActorKind.SYSTEM:
        return True
    if by.user_id is None:
        return False
    if resident.user_id == by.user_id:
        return True
    own = Resident.objects.filter(user_id=by.user_id).first()
    return own is not None and people_queries.find_represented(own, resident.pk) is not None


def require_own(by: Actor, volunteer: Volunteer) -> None:
    """Raise NotAllowed unless the volunteer, or somebody who may act for them, acts."""
    if not acts_for_resident(by, volunteer.resident):
        raise NotAllowed(_("This belongs to another volunteer."))
