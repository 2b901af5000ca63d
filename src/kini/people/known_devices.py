"""Devices on which an account has signed in before: a long-lived signed cookie, and a row for each account.

The cookie names the device and lets nobody in. It gives its holder counters of their own for codes (`code_limits`), so
that guesses from elsewhere do not stop them, and tells a new device from a known one. Method: OWASP, "Slow Down Online
Guessing Attacks with Device Cookies".
"""

import hashlib
import secrets

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from kini.core.client_address import client_network
from kini.people.code_limits import Asker
from kini.people.contacts import Contact
from kini.people.models import KnownDevice

#: As long as browsers keep a cookie at most (RFC 6265bis, section 5.5).
SECONDS = 400 * 24 * 60 * 60
COOKIE = "__Host-device" if settings.ENV.production else "device"
_SIGNER = Signer(salt="people.known-device")
_NEW = "_kini_device"


def device_hash(request: HttpRequest) -> bytes | None:
    """The hash under which the device that asks is stored; None when it has no cookie of ours."""
    device = _device(request)
    return hashlib.sha256(device.encode()).digest() if device else None


def asker_of(request: HttpRequest, contact: Contact) -> Asker:
    """Asker of a code for that contact, with the device when its account signed in there before."""
    found = device_hash(request)
    account = {"user__phone": contact.value} if contact.kind == "phone" else {"user__email__iexact": contact.value}
    known = found is not None and KnownDevice.objects.filter(device_hash=found, **account).exists()
    return Asker(contact, client_network(request), found.hex() if found and known else "")


def ensure_cookie(request: HttpRequest) -> bytes:
    """The hash of the device that asks; one without a cookie gets one with the answer."""
    device = _device(request) or secrets.token_urlsafe(24)
    setattr(request, _NEW, device)
    return hashlib.sha256(device.encode()).digest()


def set_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Send the cookie with the answer to a sign-in."""
    if device := getattr(request, _NEW, ""):
        response.set_cookie(
            COOKIE, _SIGNER.sign(device), SECONDS, httponly=True, secure=settings.ENV.production, samesite="Lax"
        )


def _device(request: HttpRequest) -> str:
    if new := getattr(request, _NEW, ""):
        return str(new)
    try:
        return _SIGNER.unsign(request.COOKIES.get(COOKIE, ""))
    except BadSignature:
        return ""
