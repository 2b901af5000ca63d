"""Devices on which an account has signed in before: a long-lived signed cookie, and a row per account.

The cookie identifies the device and authenticates nobody. It has its own counters for codes (`code_limits`), so that
guesses from elsewhere do not lock its holder out, and tells a new device from a known one. Method: OWASP, "Slow Down
Online Guessing Attacks with Device Cookies".
"""

import hashlib
import secrets

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from kini.core.client_address import client_network
from kini.people.code_limits import CodeRequester
from kini.people.contacts import Contact
from kini.people.models import KnownDevice

#: Longest lifetime of a cookie in browsers (RFC 6265bis, section 5.5).
SECONDS = 400 * 24 * 60 * 60
COOKIE = "__Host-device" if settings.ENV.production else "device"
_SIGNER = Signer(salt="people.known-device")
_NEW = "_kini_device"
#: (token in the User-Agent header, name); the first match counts, as many browsers claim the later tokens.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("UCBrowser/", "UC Browser"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def device_hash(request: HttpRequest) -> bytes | None:
    """Return the stored hash of the requesting device; None without a device cookie."""
    device = _device(request)
    return hashlib.sha256(device.encode()).digest() if device else None


def code_requester(request: HttpRequest, contact: Contact) -> CodeRequester:
    """Build the requester of a code for that contact, with the device if its account signed in there before."""
    device = device_hash(request)
    account = {"user__phone": contact.value} if contact.kind == "phone" else {"user__email__iexact": contact.value}
    known = device is not None and KnownDevice.objects.filter(device_hash=device, **account).exists()
    return CodeRequester(contact, client_network(request), device.hex() if device and known else "")


def ensure_device_cookie(request: HttpRequest) -> bytes:
    """Return the hash of the requesting device, assigning a cookie if it has none."""
    device = _device(request) or secrets.token_urlsafe(24)
    setattr(request, _NEW, device)
    return hashlib.sha256(device.encode()).digest()


def set_device_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Set the device cookie on the response to a sign-in."""
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


def device_name(user_agent: str) -> str:
    """Name a device, like "Chrome, Android", without versions, so that an update changes nothing; "" if unknown."""
    names = [next((name for token, name in known if token in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, names))
