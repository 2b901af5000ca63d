"""Helpers of actions, called inside an action only. Only `require_self` and `log_access` check permissions."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kini.city.models import Area
from kini.core import attempt_limits, audit
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.core.attempt_limits import Limit
from kini.people import access_log_rules, access_purposes, encrypted_fields, queries
from kini.people.access_purposes import COUNTER, DUPLICATES
from kini.people.models import AccessLog, Officer, Resident
from kini.people.rules import NationalId

LONGEST_REASON = 240


class NumberTaken(ActionRefused):
    """Another profile has this national number; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Details:
    """Details of a person or family member, as stated by the applicant.

    Attributes:
        number: the parsed national number; None leaves the stored one.
        family_card: "" leaves the stored one.
    """

    name: str
    number: NationalId | None = None
    family_card: str = ""
    address: str = ""
    area: Area | None = None


def require_self(by: Actor, user_id: int | None) -> None:
    """Raise NotAllowed unless the actor is that user or the system."""
    if by.kind is not ActorKind.SYSTEM and (user_id is None or by.user_id != user_id):
        raise NotAllowed(_("Only the person themselves can change this."))


def apply_details(resident: Resident, details: Details) -> set[str]:
    """Save details to a stored resident; return the names of changed fields.

    Raises:
        NumberTaken: if another profile has the number.
    """
    if details.number and encrypted_fields.is_number_taken(resident, details.number.number):
        raise _taken()
    before = (resident.name, resident.address, resident.area_id)
    resident.name, resident.address, resident.area = details.name, details.address, details.area
    after = (resident.name, resident.address, resident.area_id)
    changed = {name for name, a, b in zip(("name", "address", "area"), before, after, strict=True) if a != b}
    if details.number and not encrypted_fields.has_number(resident, details.number.number):
        encrypted_fields.set_national_id(resident, details.number)
        changed.add("national-id")
    if details.family_card:
        encrypted_fields.set_family_card(resident, details.family_card)
        changed.add("family-card")
    try:
        with transaction.atomic():
            resident.save()
    except IntegrityError:
        raise _taken() from None
    return changed


def _taken() -> NumberTaken:
    return NumberTaken(
        _(
            "Another profile already has this number. Compare it with the card. If it is right, take the card to "
            "a counter: an officer there can join the two profiles."
        )
    )


def log_access(by: Actor, resident: Resident | None, what: str, reason: str, reference: str, purpose: str) -> AccessLog:
    """Log one look of an officer at a person's hidden data.

    Raises:
        NotAllowed: unless the actor is an active officer.
        ActionRefused: without a listed purpose, or without a meaningful reason of acceptable length.
        TooManyAttempts: after too many looks.
    """
    reason = require_reason(reason)
    if purpose not in (COUNTER, DUPLICATES, *access_purposes.look_purposes()):
        raise ActionRefused(_("Choose the purpose for which you need to see this."))
    officer = queries.officer_of(by)
    if officer is None:
        raise NotAllowed(_("Only officers look at other people's profiles."))
    if purpose != COUNTER:
        _count_look(by)
    return store_look(by, officer, resident, what, reason, reference, purpose)


def store_look(
    by: Actor,
    officer: Officer,
    resident: Resident | None,
    what: str,
    reason: str,
    reference: str,
    purpose: str,
    object_id: str = "",
) -> AccessLog:
    """Store one look of an officer in the access log, with its audit entry. The caller has checked everything.

    Args:
        reference: of the case; of a person without a profile ("person:ID").
    """
    entry = AccessLog.objects.create(
        resident=resident,
        officer=officer,
        what=what,
        purpose=purpose,
        reason=reason,
        reference=reference,
        object_id=object_id,
    )
    subject = f"resident:{resident.pk}" if resident else reference if ":" in reference else f"case:{reference}"
    detail = {"what": what, "purpose": purpose, "reference": reference}
    audit.record(by=by, action="people.looked", subject=subject, detail=detail)
    return entry


def _count_look(by: Actor) -> None:
    """Count a look of an officer; a refused one is rolled back with its transaction.

    Raises:
        TooManyAttempts: above the limit of this hour or day.
    """
    allowed = access_purposes.access_limits()
    attempt_limits.consume(Limit("people.looks-hour", allowed.looks_per_hour, 3600), str(by.user_id))
    attempt_limits.consume(Limit("people.looks-day", allowed.looks_per_day, 24 * 3600), str(by.user_id))


def require_reason(reason: str) -> str:
    """Return a reason in normal form; raises ActionRefused if the person concerned could not understand it."""
    reason = access_log_rules.normalise_reason(reason)
    if not reason:
        raise ActionRefused(_("Write why you need to see this. The resident can read it."))
    if not access_log_rules.is_reason(reason):
        raise ActionRefused(
            _("Write the reason in words that the resident understands: at least two words, ten letters.")
        )
    if len(reason) > LONGEST_REASON:
        raise ActionRefused(_("Write the reason in fewer words."))
    return reason


def create_once[T](make: Callable[[], T], already: str) -> T:
    """Create a row that may exist only once.

    Raises:
        ActionRefused: with the message `already`, on a violated constraint.
    """
    try:
        with transaction.atomic():
            return make()
    except IntegrityError:
        raise ActionRefused(already) from None
