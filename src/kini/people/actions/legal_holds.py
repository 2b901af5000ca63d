"""Actions on legal holds, which suspend deletion of a person's or case's data until they are lifted."""

from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.people import action_helpers, rules
from kini.people.models import LegalHold, Resident
from kini.people.permissions import PeoplePermission

LONGEST_REASON = 240


@action
def place_legal_hold(*, by: Actor, resident: Resident | None = None, reference: str = "", reason: str) -> LegalHold:
    """Place a hold on a person, or on the case with that reference.

    Raises:
        NotAllowed: without the permission to protect data.
        ActionRefused: without a reason, or if it is on hold already.
    """
    _require(by)
    hold = LegalHold(resident=resident, reference=reference, reason=_reason(reason), placed_by_id=by.user_id)
    hold.placed_at = current_time.now()
    action_helpers.create_once(hold.save, _("This is on hold already."))
    _record(by, hold, "people.hold-placed")
    return hold


@action
def lift_legal_hold(*, by: Actor, hold: LegalHold, reason: str) -> LegalHold:
    """Lift a hold; data past its retention term is deleted in the next night.

    Raises:
        NotAllowed: without the permission to protect data.
        ActionRefused: without a reason, or if it was lifted before.
    """
    _require(by)
    hold = LegalHold.objects.select_for_update().get(pk=hold.pk)
    if hold.lifted_at:
        raise ActionRefused(_("This hold was lifted already."))
    hold.lifted_by_id, hold.lifted_at, hold.lifted_because = by.user_id, current_time.now(), _reason(reason)
    hold.save()
    _record(by, hold, "people.hold-lifted")
    return hold


def _require(by: Actor) -> None:
    rules.require_somewhere(by, PeoplePermission.PROTECT_DATA)


def _reason(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise ActionRefused(_("Write the reason, and who asked for it."))
    return text[:LONGEST_REASON]


def _record(by: Actor, hold: LegalHold, action: str) -> None:
    subject = f"case:{hold.reference}" if hold.reference else f"resident:{hold.resident_id}"
    audit.record(by=by, action=action, subject=subject, detail={"hold": hold.pk})
