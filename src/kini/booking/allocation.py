"""Slot allocation: one SQL statement that books or returns the reason why not."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from kini.booking import queries, rules
from kini.booking.models import Booking, Slot
from kini.cases import actions as case_actions
from kini.cases.models import Case, Draft
from kini.city.public import pack
from kini.core import audit, current_time, references
from kini.core.actors import ActionRefused, Actor, ActorKind, system
from kini.people.models import Resident
from kini.web import formats
from kini.web.formats import city_time

#: Books, or returns the reason; a booking writes its audit entry in the same statement.
_BOOK = f"""
    WITH tried AS MATERIALIZED (
        SELECT kini_book(%s, %s, %s::text[], %s, %s, %s, %s, %s, %s, %s, %s, %s) AS verdict
    ), kept AS ({audit.INSERT_SELECT} FROM tried WHERE verdict = 'booked')
    SELECT verdict FROM tried
"""  # noqa: S608 -- words of our own
_REBOOK = "SELECT kini_rebook(%s, %s, %s, %s::text[], %s)"


class SlotFull(ActionRefused):
    """The slot has no room; the user may choose another, or wait."""


def allocate(
    by: Actor,
    slot: Slot,
    resident: Resident | None,
    group: str,
    party: int,
    *,
    becomes: str,
    reference: str = "",
    until: datetime | None = None,
    draft: Draft | None = None,
    request: bytes | None = None,
) -> str:
    """Allocate places of a slot and write the audit entry, in one statement. Returns the booking's reference.

    Args:
        resident: None for a walk-in.
        becomes: "held" (then with `until`) or "confirmed".

    Raises:
        SlotFull, ActionRefused: with a message for the user.
    """
    options = queries.options_of(slot.service)
    if not 1 <= party <= options.most:
        raise ActionRefused(_("A booking is for at most %(number)d people.") % {"number": options.most})
    if resident:
        require_bookable(slot)
        if by.kind is not ActorKind.SYSTEM:
            _not_paused(slot, resident)
    reference = reference or references.generate(pack.current().reference_prefix)
    values = [
        current_time.now(),
        slot.pk,
        options.groups_for(group),
        party,
        resident.pk if resident else None,
        period_for_slot(slot),
        reference,
        becomes,
        until,
        by.user_id,
        draft.pk if draft else None,
        request,
    ]
    detail = {"slot": slot.pk, "service": slot.service_id}
    action_name = "booking.held" if becomes == "held" else "booking.booked"
    entry = audit.entry_values(by=by, action=action_name, subject=f"booking:{reference}", detail=detail)
    raise_for_verdict(_ask(_BOOK, [*values, *entry]))
    return reference


def _ask(words: str, values: list[Any]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(words, values)
        return str(cursor.fetchone()[0])


def raise_for_verdict(verdict: str) -> None:
    """Raise the error of a verdict; nothing if it is booked.

    Raises:
        SlotFull, ActionRefused: with a message for the user.
    """
    match verdict:
        case "full":
            raise SlotFull(_("This time has just been taken. Choose another one, or join the waiting list."))
        case "double":
            raise ActionRefused(_("You already have a booking in this period. Change or cancel it first."))
        case "closed":
            raise ActionRefused(_("This time cannot be booked now. Choose another one."))


def _not_paused(slot: Slot, resident: Resident) -> None:
    """Refuse residents who are paused after missed bookings.

    Raises:
        ActionRefused: with a message for the user.
    """
    if until := queries.paused_until(slot.service, resident):
        words = {"day": formats.day(until)}
        raise ActionRefused(
            _("You missed several bookings. You can book again from %(day)s, or ask at the counter.") % words
        )


def require_bookable(slot: Slot) -> None:
    """Refuse slots that cannot be booked now.

    Raises:
        ActionRefused: with a message for the user.
    """
    if not queries.is_bookable(slot.service, slot):
        raise ActionRefused(_("This time cannot be booked now. Choose another one."))


def period_for_slot(slot: Slot) -> str:
    """Key of the period in which a person may book the service once."""
    once = queries.options_of(slot.service).once
    return rules.booking_period(once, slot.service_id, city_time(slot.starts_at).date())


def move_to_slot(booking: Booking, slot: Slot) -> None:
    """Move a booking to another slot: both places change in one statement.

    Raises:
        SlotFull, ActionRefused: with a message for the user.
    """
    groups = queries.options_of(slot.service).groups_for(booking.group)
    raise_for_verdict(_ask(_REBOOK, [current_time.now(), booking.pk, slot.pk, groups, period_for_slot(slot)]))


def assign_venue_unit(case: Case, booking: Booking) -> None:
    """Assign the case to the unit of the booked venue."""
    unit = booking.slot.unit
    if unit and unit.pk != case.unit_id and unit.agency_id == case.agency_id:
        case_actions.assign_unit(by=system("booking"), case=case, unit=unit)


def request_context(reference: str) -> str:
    """The context under which a booking's request is sealed."""
    return f"booking {reference}"
