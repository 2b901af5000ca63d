"""A visitor on the way through the portal's pages, and the sealed words by which these know them.

The words go from page to page in forms and addresses: nothing is stored for everybody whom an access point sends, and
no address names a device.
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

from kini.core import moments
from kini.core.client_address import client_address, forwarded_address
from kini.core.crypto import SealBroken, permanent_hash, seal_json, unseal_json
from kini.wifi.admission import DEVICE
from kini.wifi.holding import held
from kini.wifi.inventory_diff import secret_of
from kini.wifi.models import AccessPoint
from kini.wifi.portal import handover
from kini.wifi.portal.handover import Arrival, Login

CONTEXT = "wifi visit"
#: For how long the words hold; access points change their challenge sooner.
SECONDS = 2 * 60 * 60


class VisitOver(Exception):
    """The words are none of ours, or too old."""


@dataclass(frozen=True)
class Visit:
    """A visitor at an access point of the inventory; `point` is None where it is not known."""

    arrival: Arrival
    point: AccessPoint | None

    @cached_property
    def device(self) -> bytes:
        """Keyed hash of the device's MAC."""
        return permanent_hash(self.arrival.device, DEVICE)

    @cached_property
    def token(self) -> str:
        """The sealed words."""
        said = {**asdict(self.arrival), "kept": dict(self.arrival.kept), "at": int(moments.now().timestamp())}
        return base64.urlsafe_b64encode(seal_json(said, CONTEXT)).decode().rstrip("=")

    @property
    def origin(self) -> str:
        """Of the access point's login, for the content security policy; empty where there is none."""
        parts = urlsplit(self.point.login_address) if self.point else None
        return f"{parts.scheme}://{parts.netloc}" if parts and parts.netloc else ""

    @property
    def begin(self) -> str:
        """Where the browser goes first, when the access point has to say more; empty when it has said all."""
        return handover.begin(self.arrival, at=self.point.login_address) if self.point else ""

    def login(self, username: str, password: str, onwards: str) -> Login | None:
        """How the browser brings a one-time password to the access point."""
        if self.point is None:
            return None
        secret = secret_of(self.point).decode()
        at = self.point.login_address
        given = {"username": username, "password": password, "onwards": onwards}
        return handover.login(self.arrival, at=at, secret=secret, **given)


def of(sort: str, said: Mapping[str, str]) -> Visit:
    """The visit that an access point of that kind announces.

    Raises:
        handover.NotHandedOver: when it is no such address.
    """
    arrival = handover.read(sort, said)
    return Visit(arrival, held().access_point(arrival.points))


def announced(device: str, point: AccessPoint) -> Visit | None:
    """The visit of a device that asks by itself where to sign in; None where the inventory does not name the kind.

    Args:
        device: its MAC as RFC 3580 writes it.
    """
    sort = point.vendor.casefold()
    return Visit(Arrival(sort, device, (point.nas_identifier, point.mac)), point) if sort in handover.SORTS else None


def is_here(request: HttpRequest, point: AccessPoint) -> bool:
    """Whether a request comes from the network of an access point: through its own address, or from a private one.

    Who asks from elsewhere could name anybody's device, so they are told nothing of it. In production a private address
    counts only as the trusted proxies passed it on: that of the peer may be a proxy's own, behind which anybody stands.
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


def resumed(token: str) -> Visit:
    """The visit that goes on.

    Raises:
        VisitOver: when the words are not ours, or old.
    """
    try:
        sealed = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        said: dict[str, Any] = unseal_json(sealed, CONTEXT)
    except (SealBroken, binascii.Error, ValueError):
        raise VisitOver from None
    if moments.now().timestamp() - said.pop("at") > SECONDS:
        raise VisitOver
    arrival = Arrival(**said | {"points": tuple(said["points"])})
    return Visit(arrival, held().access_point(arrival.points))
