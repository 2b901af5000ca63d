"""Verification of a signed-in user's phone number or e-mail address by a code.

The session stores the code's hash, one per purpose; a new code replaces it. Tries are counted like those of a sign-in
(`code_limits`), and a few wrong ones invalidate the code.
"""

import time

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kini.core import security_log
from kini.core.actors import Refused
from kini.core.crypto import is_hash_of, keyed_hash
from kini.people import code_limits, codes, known_devices
from kini.people.code_limits import TRIES_PER_CODE
from kini.people.contacts import Contact


class WrongCode(Refused):
    """The typed code is not the one that was sent."""

    def __init__(self) -> None:
        super().__init__(_("This code is not right. Compare it with the newest message."))


def send(request: HttpRequest, purpose: str, contact: Contact) -> None:
    """Send a code to that contact.

    Raises:
        ContactFault: if no message can be delivered there.
        TooMany: above a limit.
    """
    codes.prepare(request, contact)
    code = codes.new_code(codes.digits_of(request))
    request.session[purpose] = {
        "kind": contact.kind,
        "value": contact.value,
        "hash": _hash(purpose, contact, code),
        "at": time.time(),
        "wrong": 0,
    }
    codes.send_code(contact, code, request.get_host())


def waiting(request: HttpRequest, purpose: str) -> Contact | None:
    """Return the contact whose code is still valid."""
    stored = request.session.get(purpose)
    if not stored or time.time() - stored["at"] > codes.VALID_SECONDS:
        return None
    return Contact(stored["kind"], stored["value"])


def forget(request: HttpRequest, purpose: str) -> None:
    """Delete the pending code."""
    request.session.pop(purpose, None)


def require_right(request: HttpRequest, purpose: str, typed: str) -> Contact:
    """Check a typed code and consume the pending one.

    Returns:
        The verified contact.

    Raises:
        WrongCode: for a wrong code with tries left.
        CodeUsedUp: without tries left, or without a pending code.
    """
    contact = waiting(request, purpose)
    if contact is None:
        raise code_limits.CodeUsedUp
    stored, digits = request.session[purpose], codes.digits_in(typed)
    asker = known_devices.asker_of(request, contact)
    try:
        code_limits.count_guess(asker, digits)
    except code_limits.CodeUsedUp:
        forget(request, purpose)
        raise
    code = "".join(typed.split()).replace("-", "")
    if is_hash_of(bytes.fromhex(stored["hash"]), _proof(contact, code), f"code {purpose}"):
        code_limits.return_guess(asker, digits)
        forget(request, purpose)
        return contact
    security_log.report("code-refused")
    if stored["wrong"] + 1 >= TRIES_PER_CODE:
        forget(request, purpose)
        raise code_limits.CodeUsedUp
    request.session[purpose] = stored | {"wrong": stored["wrong"] + 1}
    raise WrongCode


def _hash(purpose: str, contact: Contact, code: str) -> str:
    return keyed_hash(_proof(contact, code), f"code {purpose}").hex()


def _proof(contact: Contact, code: str) -> str:
    return f"{contact.value} {code.encode('utf-8', 'replace').decode()}"
