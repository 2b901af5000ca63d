"""A visit to the portal, carried from page to page in an encrypted token.

The token travels in forms and URLs, so nothing is stored for a visitor, and no URL contains a device.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from kini.core import current_time
from kini.core.client_address import client_address, forwarded_address
from kini.core.crypto import DecryptionError, decrypt_json, encrypt_json, permanent_hash
from kini.wifi.inventory.models import AccessPoint
from kini.wifi.inventory.radius_secrets import secret_of
from kini.wifi.inventory.site_cache import site_cache
from kini.wifi.portal import vendors
from kini.wifi.portal.vendors import Arrival, Login
from kini.wifi.radius.authorization import DEVICE

CONTEXT = "wifi visit"
#: Lifetime of a token; access points change their challenge sooner.
SECONDS = 2 * 60 * 60


class VisitExpired(Exception):
    """The token is invalid or expired."""


@dataclass(frozen=True)
class PortalVisit:
    """A visitor at an access point of the inventory; `point` is None if that is unknown."""

    arrival: Arrival
    point: AccessPoint | None

    @cached_property
    def device(self) -> bytes:
        """Keyed hash of the device's MAC."""
        return permanent_hash(self.arrival.device, DEVICE)

    @cached_property
    def token(self) -> str:
        """The encrypted token."""
        state = {**asdict(self.arrival), "kept": dict(self.arrival.kept), "at": int(current_time.now().timestamp())}
        state["sort"] = state.pop("vendor")
        return base64.urlsafe_b64encode(encrypt_json(state, CONTEXT)).decode().rstrip("=")

    @property
    def origin(self) -> str:
        """Origin of the access point's login, for the content security policy; empty if there is none."""
        parts = urlsplit(self.point.login_address) if self.point else None
        return f"{parts.scheme}://{parts.netloc}" if parts and parts.netloc else ""

    @property
    def challenge_url(self) -> str:
        """URL that supplies missing parameters for the login; empty if none are missing."""
        return vendors.challenge_url(self.arrival, at=self.point.login_address) if self.point else ""

    def login(self, username: str, password: str, onwards: str) -> Login | None:
        """Build the request with which the browser brings a one-time password to the access point."""
        if self.point is None:
            return None
        secret = secret_of(self.point).decode()
        at = self.point.login_address
        credentials = {"username": username, "password": password, "onwards": onwards}
        return vendors.build_login(self.arrival, at=at, secret=secret, **credentials)


def visit_from_redirect(vendor: str, query: Mapping[str, str]) -> PortalVisit:
    """Parse a redirect of that vendor.

    Raises:
        vendors.InvalidRedirect: if it is not a query of that vendor.
    """
    arrival = vendors.parse_redirect(vendor, query)
    return PortalVisit(arrival, site_cache().access_point(arrival.points))


def visit_of_device(device: str, point: AccessPoint) -> PortalVisit | None:
    """Return the visit of a device that asks by API; None if the access point's vendor is unknown.

    Args:
        device: its MAC, in the notation of RFC 3580.
    """
    vendor = point.vendor.casefold()
    return (
        PortalVisit(Arrival(vendor, device, (point.nas_identifier, point.mac)), point)
        if vendor in vendors.VENDORS
        else None
    )


def is_on_site(request: HttpRequest, point: AccessPoint) -> bool:
    """Return True if the request comes from the access point's network: from its own address, or a private one.

    From elsewhere anybody could ask about any device. In production a private address counts only if trusted proxies
    forwarded it, since the peer's may be that of a proxy.
    """
    try:
        address = ip_address(client_address(request))
    except ValueError:
        return False
    if str(address) == str(point.nas_address):
        return True
    if settings.ENV.production:
        return address.is_private and not address.is_loopback and bool(forwarded_address(request))
    return address.is_private


def visit_from_token(token: str) -> PortalVisit:
    """Decrypt a token.

    Raises:
        VisitExpired: if the token is invalid or expired.
    """
    try:
        sealed = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        state: dict[str, Any] = decrypt_json(sealed, CONTEXT)
    except (DecryptionError, binascii.Error, ValueError):
        raise VisitExpired from None
    if current_time.now().timestamp() - state.pop("at") > SECONDS:
        raise VisitExpired
    state["vendor"] = state.pop("sort")
    arrival = Arrival(**state | {"points": tuple(state["points"])})
    return PortalVisit(arrival, site_cache().access_point(arrival.points))
