"""Actions of identity assurance: prove a profile at a counter, and reassign a disputed number."""

from django.utils.translation import gettext as _

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind
from kini.people import action_helpers, encrypted_fields, rules
from kini.people.access_log import AccessType
from kini.people.access_purposes import COUNTER
from kini.people.action_helpers import Details
from kini.people.assurance import DOCUMENTS, Proof, change_level, forbid_own_profile, remove_number
from kini.people.models import Assurance, Resident
from kini.people.permissions import PeoplePermission


@action
def prove_at_counter(*, by: Actor, resident: Resident, document: str, reason: str, name: str = "") -> Resident:
    """Record that the owner of the profile showed the card at a counter.

    Args:
        document: the document shown (assurance.DOCUMENTS).
        name: as on the card, if the profile differs.

    Raises:
        NotAllowed: without the permission to apply for others, or for the officer's own profile or family.
        ActionRefused: without a number, a known document or a reason.
    """
    resident = _for_proof(by, resident, document)
    if resident.national_id_hash is None:
        raise ActionRefused(_("Ask for the card: a profile without a number cannot be proved."))
    _log(by, resident, reason)
    if name and name != resident.name:
        resident.name = name
        resident.save(update_fields=["name"])
    level = Assurance.REGISTER_IN_PERSON if resident.assurance >= Assurance.REGISTER else Assurance.COUNTER
    change_level(by, resident, level, Proof("counter", evidence=document, reason=reason))
    return resident


@action
def reassign_number(
    *, by: Actor, holder: Resident, details: Details, phone: str, document: str, reason: str, dispute: str = ""
) -> Resident:
    """Create a profile for the person at the counter whose number another profile has.

    The earlier holder loses the number and is notified of that alone; later work at the counter belongs to the new
    profile, which no account can read.

    Args:
        details: of the person present, with their number.
        dispute: reference of the case that decided it; without one only an unproved holder loses the number.

    Raises:
        NotAllowed: without the permission to apply for others, or for the officer's own profile or family.
        ActionRefused: if the holder does not have that number, or proved it.
    """
    holder = _for_proof(by, holder, document)
    number = details.number
    if number is None or not encrypted_fields.has_number(holder, number.number):
        raise ActionRefused(_("This number has changed in the meantime. Type it again."))
    if holder.assurance > Assurance.TYPED and not dispute:
        raise ActionRefused(_("The other profile has proved this number. The person can open a dispute about it."))
    _log(by, holder, _("The number of this profile was shown at a counter by another person"))
    fresh = Resident.objects.create(phone=phone)
    remove_number(by, holder, Proof("displaced", successor=fresh, dispute=dispute))
    action_helpers.apply_details(fresh, details)
    change_level(by, fresh, Assurance.COUNTER, Proof("counter", evidence=document, reason=reason, dispute=dispute))
    audit.record(by=by, action="people.number-settled", subject=f"resident:{fresh.pk}", detail={"from": holder.pk})
    return fresh


def _for_proof(by: Actor, resident: Resident, document: str) -> Resident:
    """Lock and return the profile, after checking that this officer may prove it."""
    rules.require_somewhere(by, PeoplePermission.APPLY_FOR_OTHERS)
    resident = Resident.objects.select_for_update().get(pk=resident.pk)
    forbid_own_profile(by, resident)
    if document not in DOCUMENTS:
        raise ActionRefused(_("Choose which document the person showed."))
    return resident


def _log(by: Actor, resident: Resident, reason: str) -> None:
    if by.kind is not ActorKind.SYSTEM:
        action_helpers.log_access(by, resident, AccessType.PROFILE, reason, "", COUNTER)
