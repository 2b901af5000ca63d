"""What residents say of themselves and of the family members for whom they act."""

from contextlib import suppress

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, Refused
from kini.people import assurance, keeping, rules
from kini.people.keeping import Details
from kini.people.models import FamilyTie, Resident, User

MOST_MEMBERS = 20


@action
def ensure_resident(*, by: Actor, user: User) -> Resident:
    """The profile of somebody with an account; an empty one with their phone and e-mail when there is none yet.

    Raises:
        NotAllowed: when somebody else asks than the user or the program.
    """
    keeping.only(by, user.pk)
    resident, made = Resident.objects.get_or_create(
        user=user, defaults={"phone": user.phone or "", "email": user.email or ""}
    )
    if made:
        audit.record(by=by, action="people.profile-begun", subject=f"resident:{resident.pk}")
    return resident


@action
def save_profile(*, by: Actor, resident: Resident, details: Details) -> Resident:
    """Keep what a resident says of themselves.

    Raises:
        NotAllowed: when it is not the resident's own profile.
        NumberTaken: when another profile has the number.
    """
    keeping.only(by, resident.user_id)
    changed = keeping.keep(resident, details)
    assurance.lower_after_edit(by, resident, changed)
    audit.record(
        by=by, action="people.profile-saved", subject=f"resident:{resident.pk}", detail={"changed": sorted(changed)}
    )
    return resident


@action
def add_family_member(*, by: Actor, resident: Resident, relation: str, details: Details) -> FamilyTie:
    """Add somebody for whom the resident may act: a person without an account of their own.

    Raises:
        NotAllowed: when it is not the resident's own family.
        NumberTaken: when another profile has the number.
        Refused: when the relation is none of RELATIONS, or there are too many members.
    """
    keeping.only(by, resident.user_id)
    _known_relation(relation)
    Resident.objects.select_for_update().get(pk=resident.pk)  # two tabs must not add one too many together
    if resident.ties.count() >= MOST_MEMBERS:
        raise Refused(_("Your family list is full. Remove somebody before you add another."))
    member = Resident.objects.create()
    keeping.keep(member, details)
    tie = FamilyTie.objects.create(resident=resident, member=member, relation=relation)
    audit.record(by=by, action="people.member-added", subject=f"resident:{resident.pk}", detail={"member": member.pk})
    return tie


@action
def edit_family_member(*, by: Actor, tie: FamilyTie, relation: str, details: Details) -> FamilyTie:
    """Change what is kept of a family member.

    Raises:
        NotAllowed: when it is not the resident's own family.
        NumberTaken: when another profile has the number.
        Refused: when the member has an account by now, or the relation is none of RELATIONS.
    """
    keeping.only(by, tie.resident.user_id)
    _known_relation(relation)
    if tie.member.user_id:
        raise Refused(_("This person has an account now and looks after their own profile."))
    changed = keeping.keep(tie.member, details)
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
    """Take somebody off the list; nothing is kept of a person whom no account, case or other family needs.

    Raises:
        NotAllowed: when it is not the resident's own family.
    """
    keeping.only(by, tie.resident.user_id)
    member, subject = tie.member, f"resident:{tie.resident_id}"
    tie.delete()
    if member.user_id is None and not member.tied_by.exists():
        with suppress(ProtectedError), transaction.atomic():  # a case may still need it
            member.delete()
    audit.record(by=by, action="people.member-removed", subject=subject, detail={"member": tie.member_id})


def _known_relation(relation: str) -> None:
    if relation not in rules.RELATIONS:
        raise Refused(_("Choose how you are related."))
