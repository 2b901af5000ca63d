"""Verification of a signed-in user's phone number or e-mail address by a code.

The session stores the code's hash, one per purpose; a new code replaces it. Tries are counted like those of a sign-in
(`code_limits`), and a few wrong ones invalidate the code.
"""

import time

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kini.core import security_log
from kini.core.actors import ActionRefused
from kini.core.crypto import keyed_hash, matches_hash
from kini.people import code_limits, known_devices, verification_codes
from kini.people.code_limits import TRIES_PER_CODE
from kini.people.contacts import Contact


class WrongCode(ActionRefused):
    """The typed code is not the one that was sent."""

    def __init__(self) -> None:
        super().__init__(_("This code is not right. Compare it with the newest message."))


def send_verification(request: HttpRequest, purpose: str, contact: Contact) -> None:
    """Send a code to that contact.

    Raises:
        ContactFault: if no message can be delivered there.
        TooManyAttempts: above a limit.
    """
    verification_codes.prepare_code(request, contact)
    code = verification_codes.generate_code(verification_codes.prepared_digits(request))
    request.session[purpose] = {
        "kind": contact.kind,
        "value": contact.value,
        "hash": _hash(purpose, contact, code),
        "at": time.time(),
        "wrong": 0,
    }
    verification_codes.send_code(contact, code, request.get_host())


def pending_contact(request: HttpRequest, purpose: str) -> Contact | None:
    """Return the contact whose code is still valid."""
    stored = request.session.get(purpose)
    if not stored or time.time() - stored["at"] > verification_codes.VALID_SECONDS:
        return None
    return Contact(stored["kind"], stored["value"])


def discard_code(request: HttpRequest, purpose: str) -> None:
    """Delete the pending code."""
    request.session.pop(purpose, None)


def verify_code(request: HttpRequest, purpose: str, typed: str) -> Contact:
    """Check a typed code and consume the pending one.

    Returns:
        The verified contact.

    Raises:
        WrongCode: for a wrong code with tries left.
        CodeUsedUp: without tries left, or without a pending code.
    """
    contact = pending_contact(request, purpose)
    if contact is None:
        raise code_limits.GuessesExhausted
    stored, digits = request.session[purpose], verification_codes.count_digits(typed)
    asker = known_devices.code_requester(request, contact)
    try:
        code_limits.count_guess(asker, digits)
    except code_limits.GuessesExhausted:
        discard_code(request, purpose)
        raise
    code = "".join(typed.split()).replace("-", "")
    if matches_hash(bytes.fromhex(stored["hash"]), _proof(contact, code), f"code {purpose}"):
        code_limits.return_guess(asker, digits)
        discard_code(request, purpose)
        return contact
    security_log.report("code-refused")
    if stored["wrong"] + 1 >= TRIES_PER_CODE:
        discard_code(request, purpose)
        raise code_limits.GuessesExhausted
    request.session[purpose] = stored | {"wrong": stored["wrong"] + 1}
    raise WrongCode


def _hash(purpose: str, contact: Contact, code: str) -> str:
    return keyed_hash(_proof(contact, code), f"code {purpose}").hex()


def _proof(contact: Contact, code: str) -> str:
    return f"{contact.value} {code.encode('utf-8', 'replace').decode()}"
