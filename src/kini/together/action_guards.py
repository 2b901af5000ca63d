"""Guards shared by the actions: who may act for a giver, for a receiving side, and as an officer of an area."""

from django.utils.translation import gettext as _

from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.people.rules import may_in_area, may_somewhere
from kini.together.models import Beneficiary, Gift, Giver
from kini.together.permissions import HelpPermission


def acts_for_giver(by: Actor, giver: Giver) -> bool:
    """True for the owner and members of a giver."""
    if by.user_id is None:
        return False
    return giver.owner_id == by.user_id or giver.members.filter(user=by.user_id).exists()


def require_giver(by: Actor, giver: Giver, beneficiary: Beneficiary) -> None:
    """Raise NotAllowed unless the actor is of the giver's side, or an officer at the counter of the area."""
    if not (acts_for_giver(by, giver) or may_verify(by, beneficiary)):
        raise NotAllowed(_("This pledge belongs to another giver."))


def is_contact(by: Actor, beneficiary: Beneficiary) -> bool:
    """True for the contact of the receiving side."""
    return by.user_id is not None and beneficiary.contact_id == by.user_id


def may_verify(by: Actor, beneficiary: Beneficiary) -> bool:
    """True for officers of the area who verify needs, and for jobs."""
    return may_in_area(by, HelpPermission.VERIFY_NEEDS, beneficiary.area.path)


def require_verifier(by: Actor, beneficiary: Beneficiary) -> None:
    """Raise NotAllowed unless an officer of the area, or a job, acts."""
    if not may_verify(by, beneficiary):
        raise NotAllowed(_("Your role does not include needs of this area."))


def require_user(by: Actor) -> int:
    """Return the account that acts.

    Raises:
        NotAllowed: nobody is signed in.
    """
    if by.user_id is None and by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("Sign in first."))
    return by.user_id or 0


def may_see_gift(by: Actor, gift: Gift) -> bool:
    """True for the giver's side, and for officers of somebody who gave at a counter."""
    at_counter = gift.giver.owner_id is None and may_somewhere(by, HelpPermission.VERIFY_NEEDS)
    return at_counter or acts_for_giver(by, gift.giver)
