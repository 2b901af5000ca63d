"""Actions on identity checks at a register: requested by the person or at a counter, sent by the outbox."""

import uuid
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from kini.city.public import pack
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, require_system
from kini.core.crypto import encrypt_json
from kini.people import action_helpers, encrypted_fields, queries, rules
from kini.people.assurance import Proof, change_level, forbid_own_profile, remove_number
from kini.people.identity_registers.base import (
    IdentityClaim,
    RegisterAnswer,
    claim_context,
    claim_of,
    configured_register,
    put_check,
)
from kini.people.models import Assurance, RegisterCheck, Resident
from kini.people.permissions import PeoplePermission
from kini.people.rules import NationalId


@action
def ask_register(*, by: Actor, resident: Resident, number: NationalId, name: str, consent: str) -> RegisterCheck:
    """Request a check; the outbox sends it. An officer requests it with the person and the card present.

    Args:
        consent: the sentence to which the person agreed.

    Raises:
        NotAllowed: for another person's profile, without the permission to apply for others.
        ActionRefused: without a register, or while the last request is pending.
    """
    if by.is_officer and by.user_id != resident.user_id:
        rules.require_somewhere(by, PeoplePermission.APPLY_FOR_OTHERS)
        forbid_own_profile(by, resident)
    else:
        action_helpers.require_self(by, resident.user_id)
    identity_register = configured_register()
    if identity_register is None:
        raise ActionRefused(_("This city has no register that can confirm your data. A counter can."))
    officer = queries.officer_of(by) if by.user_id != resident.user_id else None
    reference = uuid.uuid4()
    claim = {"number": number.number, "name": name, "birth_date": _written(number.birth_date)}
    check = action_helpers.create_once(
        lambda: RegisterCheck.objects.create(
            resident=resident,
            reference=reference,
            register=identity_register.name,
            consent=consent,
            officer=officer,
            claim_sealed=encrypt_json(claim, claim_context(reference)),
        ),
        _("The register has already been asked. Wait for its answer."),
    )
    put_check(check)
    detail = {"register": identity_register.name, "in_person": officer is not None}
    audit.record(by=by, action="people.register-asked", subject=f"resident:{resident.pk}", detail=detail)
    return check


def _written(birth_date: date | None) -> str:
    if birth_date is None:
        raise ActionRefused(_("The birth date is missing."))
    return birth_date.isoformat()


@action
def record_register_answer(*, by: Actor, check: RegisterCheck, answer: RegisterAnswer) -> RegisterCheck:
    """Record the register's answer; a match raises the level. Idempotent.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    check = _open_check(by, check)
    if check.state != "asked":
        return check
    claim = claim_of(check)
    state = _raise_level(by, check, claim, answer) if answer.result == "match" else "mismatch"
    return _end(by, check, state)


@action
def record_register_failure(*, by: Actor, check: RegisterCheck) -> RegisterCheck:
    """End a check that the register did not answer.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    check = _open_check(by, check)
    if check.state != "asked":
        return check
    return _end(by, check, "unavailable")


def _open_check(by: Actor, check: RegisterCheck) -> RegisterCheck:
    require_system(by)
    return RegisterCheck.objects.select_for_update(of=("self",)).select_related("officer__user").get(pk=check.pk)


def _end(by: Actor, check: RegisterCheck, state: str) -> RegisterCheck:
    check.state, check.claim_sealed, check.ended_at = state, None, timezone.now()
    check.save()
    detail = {"register": check.register, "state": state}
    audit.record(by=by, action="people.register-answered", subject=f"resident:{check.resident_id}", detail=detail)
    return check


def _raise_level(by: Actor, check: RegisterCheck, claim: IdentityClaim, answer: RegisterAnswer) -> str:
    """Set the confirmed number and name, unless a profile of a higher level has the number ("held")."""
    resident = Resident.objects.select_for_update().get(pk=check.resident_id)
    number = rules.parse_national_id(claim.number, pack.current().national_id, timezone.localdate())
    own = encrypted_fields.has_number(resident, number.number)
    seen = check.officer is not None or (own and resident.assurance == Assurance.COUNTER)
    level = Assurance.REGISTER_IN_PERSON if seen else Assurance.REGISTER
    others = Resident.objects.select_for_update().exclude(pk=resident.pk)
    holder = others.filter(encrypted_fields.national_id_q(number.number)).first()
    if holder and not _gives_way(holder, in_person=seen):
        return "held"
    if holder:
        remove_number(by, holder, Proof("displaced", successor=resident))
    if not own:
        encrypted_fields.set_national_id(resident, number)
    resident.name = claim.name
    resident.save()
    if level > resident.assurance or not own:
        change_level(by, resident, level, Proof("register", answer.receipt, check.register), officer=check.officer)
    return "match"


def _gives_way(holder: Resident, *, in_person: bool) -> bool:
    """Return True if the holder of a number loses it: data alone, which a thief may know, does not beat a proof."""
    return holder.assurance < (Assurance.REGISTER_IN_PERSON if in_person else Assurance.COUNTER)
