"""Volunteers, their screening, and sign-ups for shifts."""

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.people import rules as people_rules
from kini.people.models import Resident
from kini.people.rules import require_somewhere
from kini.records import queries as record_queries
from kini.together.action_guards import require_user
from kini.together.help_refusals import constraints_as_refusals
from kini.together.permissions import HelpPermission
from kini.together.volunteers import queries
from kini.together.volunteers.guards import acts_for_resident, require_own
from kini.together.volunteers.models import ChildrenScreening, Shift, ShiftRole, SignUp, Volunteer
from kini.together.volunteers.queries import lock_sign_up

#: Purpose of a guardian's consent (`records`).
CONSENT = "together.volunteering"


@action
def ensure_volunteer(
    *, by: Actor, resident: Resident, emergency_contact: str, birth_date: date | None = None
) -> Volunteer:
    """Return the volunteer that a resident is, with the emergency contact that was typed last.

    Args:
        birth_date: stored once, where the profile has none.

    Raises:
        NotAllowed: for somebody who is not of one's family.
        ActionRefused: without an emergency contact.
    """
    if not acts_for_resident(by, resident):
        raise NotAllowed(_("This belongs to another volunteer."))
    typed = emergency_contact.strip()[:200]
    if not typed:
        raise ActionRefused(_("Enter whom we call in an emergency: name and phone number."))
    defaults = {"emergency_contact": typed, "created_at": current_time.now()}
    volunteer, _created = Volunteer.objects.get_or_create(resident=resident, defaults=defaults)
    if volunteer.born is None:
        volunteer.birth_date = birth_date
    volunteer.emergency_contact = typed
    volunteer.save(update_fields=["emergency_contact", "birth_date"])
    audit.record(by=by, action="together.volunteer-recorded", subject=f"volunteer:{volunteer.pk}")
    return volunteer


@action
def sign_up(*, by: Actor, volunteer: Volunteer, role: ShiftRole, key: UUID) -> SignUp:
    """Sign up for a shift in a role. Idempotent for one key.

    Raises:
        NotAllowed: anybody but the volunteer and those who may act for them.
        ActionRefused: the role is full, the shift is not open, the volunteer is too young, lacks a guardian's consent
            or a screening, or has another shift at that time.
    """
    require_own(by, volunteer)
    if existing := SignUp.objects.filter(key=key, volunteer=volunteer).first():
        return existing
    shift = role.shift
    _require_age(volunteer, shift)
    Volunteer.objects.select_for_update().get(pk=volunteer.pk)
    others = volunteer.sign_ups.filter(state="booked", shift__starts_at__lt=shift.ends_at)
    if others.filter(shift__ends_at__gt=shift.starts_at).exclude(shift=shift).exists():
        raise ActionRefused(_("You have another shift at that time."))
    now = current_time.now()
    try:
        with constraints_as_refusals():
            row = SignUp.objects.create(
                key=key, volunteer=volunteer, shift=shift, role=role, created_at=now, changed_at=now
            )
    except ActionRefused as refusal:
        raise ActionRefused(f"{refusal} {queries.elsewhere(shift)}".strip()) from None
    audit.record(by=by, action="together.signed-up", subject=f"sign-up:{row.pk}")
    return row


def _require_age(volunteer: Volunteer, shift: Shift) -> None:
    born = volunteer.born
    if born is None or born > shift.day:
        raise ActionRefused(_("Enter the birth date: shifts have age limits."))
    age = people_rules.age(born, shift.day)
    if age < shift.activity.minimum_age:
        raise ActionRefused(
            _("This activity is for people of %(age)d and older.") % {"age": shift.activity.minimum_age}
        )
    if people_rules.is_minor(born, shift.day) and not record_queries.is_consent_in_force(
        volunteer.resident_id, CONSENT
    ):
        raise ActionRefused(
            _("Below 18 a guardian signs up and agrees: from their account, where the child is listed as family.")
        )


@action
def cancel_sign_up(*, by: Actor, sign_up: SignUp) -> SignUp:
    """Give a place back before the shift begins.

    Raises:
        NotAllowed: anybody but the volunteer and those who may act for them.
        ActionRefused: when it has begun, or the place was given back.
    """
    require_own(by, sign_up.volunteer)
    row = lock_sign_up(sign_up)
    if row.state != "booked" or row.shift.starts_at <= current_time.now():
        raise ActionRefused(_("This shift has begun, or the place was given back."))
    row.state, row.changed_at = "cancelled", current_time.now()
    row.save(update_fields=["state", "changed_at"])
    audit.record(by=by, action="together.sign-up-cancelled", subject=f"sign-up:{row.pk}")
    return row


@action
def record_screening(
    *, by: Actor, volunteer: Volunteer, valid_from: date, valid_until: date, paper: str
) -> ChildrenScreening:
    """Record that a volunteer was screened for work with children, as the officer saw in a paper.

    Raises:
        NotAllowed: without the permission, or for oneself.
        ActionRefused: the days are in the wrong order, or the paper is missing.
    """
    require_somewhere(by, HelpPermission.MANAGE_VOLUNTEERS)
    if acts_for_resident(by, volunteer.resident):
        raise NotAllowed(_("A colleague must record your own screening."))
    if valid_until < valid_from or not paper.strip():
        raise ActionRefused(_("Enter kind and number of the paper, and the days for which it holds."))
    row = ChildrenScreening.objects.create(
        volunteer=volunteer, valid_from=valid_from, valid_until=valid_until, paper=paper.strip()[:120],
        recorded_by_id=require_user(by), recorded_at=current_time.now(),
    )  # fmt: skip
    audit.record(by=by, action="together.screening-recorded", subject=f"volunteer:{volunteer.pk}")
    return row


@action
def renew_feed(*, by: Actor, volunteer: Volunteer) -> Volunteer:
    """Give the calendar feed a new secret address; the old one ends.

    Raises:
        NotAllowed: anybody but the volunteer and those who may act for them.
    """
    require_own(by, volunteer)
    volunteer = Volunteer.objects.select_for_update().get(pk=volunteer.pk)
    volunteer.feed_version += 1
    volunteer.save(update_fields=["feed_version"])
    audit.record(by=by, action="together.feed-renewed", subject=f"volunteer:{volunteer.pk}")
    return volunteer
