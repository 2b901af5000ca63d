"""Actions of officers at a counter on other people's profiles, with the card present and every look logged."""

from django.utils.translation import gettext as _

from kini.core import audit, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.people import action_helpers, queries, rules
from kini.people.access_log import AccessType
from kini.people.access_purposes import COUNTER
from kini.people.action_helpers import Details
from kini.people.assurance import Proof, change_level, remove_number
from kini.people.events import ProfilesJoined
from kini.people.models import Assurance, Resident, User
from kini.people.permissions import PeoplePermission
from kini.people.persons import merging


@action
def find_or_create_resident(*, by: Actor, details: Details, phone: str = "", reason: str) -> Resident:
    """Return the profile of the person at the counter, found by number, else a new one without an account.

    An existing profile is returned unchanged, and the look at it is logged.

    Raises:
        NotAllowed: without the permission to apply for others.
        ActionRefused: without a number or a reason.
    """
    rules.require_somewhere(by, PeoplePermission.APPLY_FOR_OTHERS)
    if details.number is None:
        raise ActionRefused(_("Ask for the person's card: without its number nobody can be found or added."))
    existing = queries.resident_by_number(details.number.number)
    if existing:
        if by.is_officer:
            action_helpers.log_access(by, existing, AccessType.PROFILE, reason, "", COUNTER)
        return existing
    resident = Resident.objects.create(phone=phone)
    action_helpers.apply_details(resident, details)
    audit.record(by=by, action="people.added-at-counter", subject=f"resident:{resident.pk}")
    return resident


@action
def merge_into_account(*, by: Actor, resident: Resident, user: User, reason: str) -> Resident:
    """Attach a profile kept at the counter to the person's own account.

    The account's earlier profile, which has no number, is detached; rooms above repoint references to it.

    Raises:
        NotAllowed: without the permission to apply for others.
        ActionRefused: if the profile has an account already, or the account's profile has a number.
    """
    rules.require_somewhere(by, PeoplePermission.APPLY_FOR_OTHERS)
    resident = Resident.objects.select_for_update().get(pk=resident.pk)
    earlier = Resident.objects.select_for_update().filter(user=user).first()
    if resident.user_id:
        raise ActionRefused(_("This profile already belongs to an account."))
    if earlier and earlier.national_id_hash:
        raise ActionRefused(_("The account already has a profile with a number of its own. Remove that number first."))
    action_helpers.log_access(by, resident, AccessType.PROFILE, reason, "", COUNTER)
    if earlier:
        _move_family(earlier, resident)
        earlier.user = None
        earlier.save()
        survivor, absorbed = merging.lock_roots(resident.person_id, earlier.person_id)
        merging.merge(by, survivor, absorbed, reason)
        events.publish(ProfilesJoined(kept=resident.pk, gone=earlier.pk, user=user.pk))
    resident.user = user
    resident.phone, resident.email = user.phone or resident.phone, user.email or resident.email
    resident.save()
    if resident.assurance == Assurance.TYPED and resident.national_id_hash:
        change_level(by, resident, Assurance.COUNTER, Proof("counter", evidence="identity-card", reason=reason))
    detail = {"user": user.pk, "gone": earlier.pk if earlier else None}
    audit.record(by=by, action="people.account-joined", subject=f"resident:{resident.pk}", detail=detail)
    return resident


@action
def release_number(*, by: Actor, resident: Resident, reason: str) -> Resident:
    """Remove a number from a profile to which it does not belong.

    Raises:
        NotAllowed: without the permission to apply for others.
        ActionRefused: without a reason.
    """
    rules.require_somewhere(by, PeoplePermission.APPLY_FOR_OTHERS)
    action_helpers.log_access(by, resident, AccessType.NATIONAL_ID, reason, "", COUNTER)
    remove_number(by, Resident.objects.select_for_update().get(pk=resident.pk), Proof("released", reason=reason))
    resident.refresh_from_db()
    audit.record(by=by, action="people.number-released", subject=f"resident:{resident.pk}")
    return resident


def _move_family(earlier: Resident, kept: Resident) -> None:
    """Move the family ties of one profile to another, dropping duplicates."""
    there = set(kept.ties.values_list("member_id", flat=True)) | {kept.pk}
    earlier.ties.exclude(member_id__in=there).update(resident=kept)
    earlier.ties.all().delete()
