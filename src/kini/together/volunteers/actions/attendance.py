"""Attendance: check-in with the code of the place or by hand, absences with a witness, objections."""

from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.together.help_refusals import constraints_as_refusals
from kini.together.volunteers import rules
from kini.together.volunteers.guards import require_organizer, require_own
from kini.together.volunteers.models import SignUp
from kini.together.volunteers.queries import lock_sign_up


@action
def check_in(*, by: Actor, sign_up: SignUp, code: str) -> SignUp:
    """Check in at the place, with the code that is shown there. Idempotent.

    Raises:
        NotAllowed: anybody but the volunteer and those who may act for them.
        ActionRefused: at another time, or with another code.
    """
    require_own(by, sign_up.volunteer)
    row, now = lock_sign_up(sign_up), current_time.now()
    if row.state == "attended":
        return row
    if row.state != "booked" or not rules.may_check_in(row.shift.starts_at, row.shift.ends_at, now):
        raise ActionRefused(_("You can check in from 45 minutes before the start until the end."))
    if not constant_time_compare(code.strip(), row.shift.code):
        raise ActionRefused(_("This is not the code of this shift. It is shown at the place."))
    return _attended(by, row, rules.served_minutes(row.shift.starts_at, row.shift.ends_at, now))


@action
def record_attendance(*, by: Actor, sign_up: SignUp, minutes: int | None = None) -> SignUp:
    """Record by hand that a volunteer came, also after a wrong absence.

    Args:
        minutes: served; None: those of the shift.

    Raises:
        NotAllowed: anybody but organizers and officers of the area; the volunteer.
        ActionRefused: too early or too late, or more minutes than the shift has.
    """
    require_organizer(by, sign_up.shift.activity)
    _require_somebody_else(by, sign_up)
    row = lock_sign_up(sign_up)
    whole = rules.served_minutes(row.shift.starts_at, row.shift.ends_at, row.shift.starts_at)
    _require_recordable(row, ("booked", "absent"))
    if minutes is not None and not 0 <= minutes <= whole:
        raise ActionRefused(_("Enter from 0 to %(most)d minutes.") % {"most": whole})
    return _attended(by, row, whole if minutes is None else minutes)


@action
def record_absence(*, by: Actor, sign_up: SignUp) -> SignUp:
    """Record that a volunteer did not come, with the side that says so.

    Raises:
        NotAllowed: anybody but organizers and officers of the area; the volunteer.
        ActionRefused: before the start, or later than a week after the end.
    """
    witness = require_organizer(by, sign_up.shift.activity)
    _require_somebody_else(by, sign_up)
    row, now = lock_sign_up(sign_up), current_time.now()
    _require_recordable(row, ("booked",))
    if now < row.shift.starts_at:
        raise ActionRefused(_("The shift has not begun."))
    row.state, row.changed_at, row.witness, row.witness_by_id = "absent", now, witness, by.user_id
    with constraints_as_refusals():
        row.save(update_fields=["state", "changed_at", "witness", "witness_by"])
    audit.record(by=by, action="together.absent", subject=f"sign-up:{row.pk}", detail={"witness": witness})
    return row


@action
def object_to_absence(*, by: Actor, sign_up: SignUp, words: str) -> SignUp:
    """Object to a recorded absence; organizers and officers see the words and can correct it.

    Raises:
        NotAllowed: anybody but the volunteer and those who may act for them.
        ActionRefused: there is no absence, or no words.
    """
    require_own(by, sign_up.volunteer)
    row = lock_sign_up(sign_up)
    if row.state != "absent" or not words.strip():
        raise ActionRefused(_("Say in some words what is wrong about the absence."))
    row.objection = words.strip()[:240]
    row.save(update_fields=["objection"])
    audit.record(by=by, action="together.absence-objected", subject=f"sign-up:{row.pk}")
    return row


def _require_somebody_else(by: Actor, sign_up: SignUp) -> None:
    if by.user_id is not None and by.user_id == sign_up.volunteer.resident.user_id:
        raise NotAllowed(_("Somebody else must record whether you came."))


def _require_recordable(row: SignUp, states: tuple[str, ...]) -> None:
    if row.state not in states:
        raise ActionRefused(_("This was recorded already."))
    if not rules.may_record_who_came(row.shift.starts_at, row.shift.ends_at, current_time.now()):
        raise ActionRefused(_("Who came is recorded from 45 minutes before the start until a week after the end."))


def _attended(by: Actor, row: SignUp, minutes: int) -> SignUp:
    now = current_time.now()
    row.state, row.changed_at, row.checked_in_at, row.minutes = "attended", now, now, minutes
    row.save(update_fields=["state", "changed_at", "checked_in_at", "minutes"])
    audit.record(by=by, action="together.attended", subject=f"sign-up:{row.pk}", detail={"minutes": minutes})
    return row
