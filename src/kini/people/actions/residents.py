"""Actions of residents on their own profile and family."""

from contextlib import suppress

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.people import action_helpers, assurance, rules
from kini.people.action_helpers import Details
from kini.people.models import FamilyTie, Resident, User

MOST_MEMBERS = 20


@action
def ensure_resident(*, by: Actor, user: User) -> Resident:
    """Return the profile of an account, created with its phone and e-mail if missing.

    Raises:
        NotAllowed: unless the user or the system is the actor.
    """
    action_helpers.require_self(by, user.pk)
    resident, created = Resident.objects.get_or_create(
        user=user, defaults={"phone": user.phone or "", "email": user.email or ""}
    )
    if created:
        audit.record(by=by, action="people.profile-begun", subject=f"resident:{resident.pk}")
    return resident


@action
def save_profile(*, by: Actor, resident: Resident, details: Details) -> Resident:
    """Save the resident's own details.

    Raises:
        NotAllowed: for somebody else's profile.
        NumberTaken: if another profile has the number.
    """
    action_helpers.require_self(by, resident.user_id)
    changed = action_helpers.apply_details(resident, details)
    assurance.lower_after_edit(by, resident, changed)
    audit.record(
        by=by, action="people.profile-saved", subject=f"resident:{resident.pk}", detail={"changed": sorted(changed)}
    )
    return resident


@action
def complete_profile(*, by: Actor, resident: Resident, details: Details) -> Resident:
    """Add answers to a profile, of oneself or of somebody in the family without an account. What it has stays.

    Args:
        details: empty values add nothing.

    Raises:
        NotAllowed: for the profile of somebody else.
        NumberTaken: if another profile has the number.
    """
    ties = FamilyTie.objects.filter(member=resident, member__user__isnull=True)
    if by.user_id is None or not ties.filter(resident__user_id=by.user_id).exists():
        action_helpers.require_self(by, resident.user_id)
    resident = Resident.objects.select_for_update(of=("self",)).get(pk=resident.pk)
    homeless = not (resident.address and resident.area_id)
    missing = Details(
        name=resident.name or details.name,
        number=None if resident.national_id_hash else details.number,
        family_card="" if resident.family_card_hash else details.family_card,
        address=details.address if homeless and details.area else resident.address,
        area=details.area if homeless and details.area else resident.area,
    )
    changed = sorted(action_helpers.apply_details(resident, missing))
    audit.record(
        by=by, action="people.profile-completed", subject=f"resident:{resident.pk}", detail={"changed": changed}
    )
    return resident


@action
def add_family_member(*, by: Actor, resident: Resident, relation: str, details: Details) -> FamilyTie:
    """Add a family member without an account, whom the resident may represent.

    Raises:
        NotAllowed: for somebody else's family.
        NumberTaken: if another profile has the number.
        ActionRefused: for an unknown relation, or too many members.
    """
    action_helpers.require_self(by, resident.user_id)
    _known_relation(relation)
    Resident.objects.select_for_update().get(pk=resident.pk)  # against concurrent requests above the limit
    if resident.ties.count() >= MOST_MEMBERS:
        raise ActionRefused(_("Your family list is full. Remove somebody before you add another."))
    member = Resident.objects.create()
    action_helpers.apply_details(member, details)
    tie = FamilyTie.objects.create(resident=resident, member=member, relation=relation)
    audit.record(by=by, action="people.member-added", subject=f"resident:{resident.pk}", detail={"member": member.pk})
    return tie


@action
def edit_family_member(*, by: Actor, tie: FamilyTie, relation: str, details: Details) -> FamilyTie:
    """Save details of a family member.

    Raises:
        NotAllowed: for somebody else's family.
        NumberTaken: if another profile has the number.
        ActionRefused: for an unknown relation, or if the member has an account by now.
    """
    action_helpers.require_self(by, tie.resident.user_id)
    _known_relation(relation)
    if tie.member.user_id:
        raise ActionRefused(_("This person has an account now and looks after their own profile."))
    changed = action_helpers.apply_details(tie.member, details)
    assurance.lower_after_edit(by, tie.member, changed)
    tie.relation = relation
    tie.save(update_fields=["relation"])
    audit.record(
        by=by,
        action="people.member-edited",
        subject=f"resident:{tie.resident_id}",
        detail={"member": tie.member_id, "changed": sorted(changed)},
    )
    return tie


@action
def remove_family_member(*, by: Actor, tie: FamilyTie) -> None:
    """Remove a family member; delete the profile if no account, case or other family needs it.

    Raises:
        NotAllowed: for somebody else's family.
    """
    action_helpers.require_self(by, tie.resident.user_id)
    member, subject = tie.member, f"resident:{tie.resident_id}"
    tie.delete()
    if member.user_id is None and not member.tied_by.exists():
        with suppress(ProtectedError), transaction.atomic():  # a case may still need it
            member.delete()
            member.person.delete()
    audit.record(by=by, action="people.member-removed", subject=subject, detail={"member": tie.member_id})


def _known_relation(relation: str) -> None:
    if relation not in rules.RELATIONS:
        raise ActionRefused(_("Choose how you are related."))
