"""Actions that make a booking: hold and confirm with the case, or book at once."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from kini.booking import allocation, queries
from kini.booking.models import EXPIRING_STATES, Booking, Slot
from kini.cases import actions as case_actions
from kini.cases.models import Case, Draft
from kini.cases.public import access
from kini.city.public import pack
from kini.core import audit, current_time, references
from kini.core.actions import action, statement_action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed, require_system
from kini.core.crypto import decrypt_json, encrypt_json
from kini.people.models import Resident
from kini.services.models import Service, ServiceVersion
from kini.services.public import snapshots_by_version


@statement_action
def hold_slot(*, by: Actor, draft: Draft, slot: Slot, group: str, party: int) -> Booking:
    """Hold places of a slot while the applicant checks their answers. Releases their earlier hold.

    Raises:
        NotAllowed: if the draft belongs to somebody else.
        SlotFull: if there is no room.
        ActionRefused: if it is too early or too late, or they have a booking in that period already.
    """
    access.require_own_draft(by, draft)
    options = queries.options_of(slot.service)
    until = current_time.now() + timedelta(minutes=options.hold_minutes)
    booking = allocation.allocate(by, slot, draft.resident, group, party, becomes="held", until=until, draft=draft)
    return queries.bookings().get(reference=booking)


@statement_action
def book_slot(
    *, by: Actor, service: Service, slot: Slot, resident: Resident, group: str, party: int, given: dict[str, Any]
) -> str:
    """Book at once, for the API: hold and confirm in one statement. The case is opened from `given` afterwards.

    Args:
        given: complete, valid answers (services.answering.take), without files.

    Returns:
        The reference, which the case will share.

    Raises:
        NotAllowed: if the resident is not the user's own.
        SlotFull, ActionRefused: as `hold`.
    """
    if resident.user_id != by.user_id:
        raise NotAllowed(_("You cannot apply for this person. Add them to your family first."))
    version = snapshots_by_version([service.current_id or 0])[service.current_id or 0]
    access.require_assurance(by, version.definition.assurance, resident)
    reference = references.generate(pack.current().reference_prefix)
    request = encrypt_json({"version": service.current_id, "given": given}, allocation.request_context(reference))
    return allocation.allocate(
        by, slot, resident, group, party, becomes="confirmed", reference=reference, request=request
    )


@action
def confirm_booking(*, by: Actor, case: Case) -> Booking:
    """Confirm the hold or offer of a case's draft; the case has just been opened.

    An expired hold still counts while its place is free. A booking made before its case (`book`) is only linked to it.

    Raises:
        ActionRefused: if nothing is held and there is no room.
    """
    booking = _to_confirm(case)
    if booking is None:
        raise ActionRefused(_("Choose a place and a time first."))
    if booking.state == "expired":
        _hold_again(by, booking)
        booking = Booking.objects.get(draft=booking.draft_id, state="held")
    if booking.state in EXPIRING_STATES:
        booking.state, booking.expires_at = "confirmed", None
    booking.reference, booking.case, booking.request = case.reference, case, None
    booking.save()
    audit.record(by=by, action="booking.confirmed", subject=f"case:{case.reference}", detail={"slot": booking.slot_id})
    allocation.assign_venue_unit(case, booking)
    return booking


def _to_confirm(case: Case) -> Booking | None:
    locked = Booking.objects.select_for_update(of=("self",)).select_related("slot__service")
    if known := locked.filter(reference=case.reference, case=None).first():
        return known
    mine = locked.filter(draft__case=case, case=None, state__in=(*EXPIRING_STATES, "expired"))
    return mine.order_by("-pk").first()


def _hold_again(by: Actor, booking: Booking) -> None:
    """Hold the places of an expired hold again."""
    allocation.allocate(
        by,
        booking.slot,
        booking.resident,
        booking.group,
        booking.party,
        becomes="held",
        until=current_time.now() + timedelta(minutes=1),
        draft=booking.draft,
    )


@action
def open_case(*, by: Actor, booking: Booking) -> Case | None:
    """Open the case of a booking made through the API. Idempotent.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    booking = Booking.objects.select_for_update(of=("self",)).select_related("resident").get(pk=booking.pk)
    if booking.case_id or not booking.request:
        return booking.case
    request = decrypt_json(booking.request, allocation.request_context(booking.reference))
    return case_actions.submit_answers(
        by=Actor(ActorKind.RESIDENT, booking.user_id),
        version=ServiceVersion.objects.select_related("service").get(pk=request["version"]),
        resident=booking.resident,
        answers=request["given"],
        confirm=True,
        reference=booking.reference,
    )
