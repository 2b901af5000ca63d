"""Redirect protocols of vendors: the query with which an access point sends a visitor to the portal, and the login with
which the browser returns the one-time password.

The query comes through the visitor's browser and is not trusted: the password is valid for one device at one access
point, and is sent to the login address of the inventory. Pure.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode, urlsplit

from kini.wifi import rules

type Outcome = Literal["asks", "in", "refused"]

LONGEST = 2_000
#: Reasons of an Access-Reject (`wifi_decide`).
REASONS = ("closed", "used-up", "too-many", "blocked", "voucher-used", "unknown-access-point", "sign-in")
_OCTAL = re.compile(r"\\([0-7]{3})")
_ADDRESS = re.compile(r"[^\s\"'<>\\]{1,2000}")


class InvalidRedirect(ValueError):
    """The query is not one of that vendor."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A visitor whom an access point has redirected to the portal.

    Attributes:
        vendor: key of VENDORS.
        device: MAC of the visitor's device, in the notation of RFC 3580.
        points: names of the access point: NAS-Identifiers and MACs.
        wanted: URL that the visitor requested; empty if invalid.
        kept: parameters that the access point needs back.
        outcome: "asks" to sign in, is "in", or was "refused", with one of REASONS if known.
    """

    vendor: str
    device: str
    points: tuple[str, ...]
    wanted: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)
    outcome: Outcome = "asks"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Login:
    """Next request of the visitor's browser: go to the URL, or submit these fields there."""

    method: Literal["get", "post"]
    address: str
    fields: Mapping[str, str]

    @property
    def whole(self) -> str:
        """The URL with the fields as query."""
        return f"{self.address}?{urlencode(self.fields)}"


@dataclass(frozen=True, slots=True)
class VendorProtocol:
    """Protocol of one vendor of access points or controllers.

    Attributes:
        device, points, wanted, reason: names of these parameters; of `device` and `reason` the first present counts.
        keep: name and pattern of parameters that it may need back; `required`: those that a login needs;
            `challenge_path`: path on its login server that redirects the browser to the portal with them.
        success, failure: (name, value) that tell the outcome.
        path: path of its login, if the inventory has none.
        username, password, redirect: names of the login's fields; `constant`: fields with fixed values.
        by_controller: the portal calls a controller instead of sending the password by browser (controllers.py).
        respond: compute the value to send from the password, the kept parameters, and the access point's secret.
    """

    device: tuple[str, ...]
    points: tuple[str, ...]
    wanted: str
    path: str
    reason: tuple[str, ...] = ()
    keep: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    challenge_path: str = ""
    success: tuple[tuple[str, str], ...] = ()
    failure: tuple[tuple[str, str], ...] = ()
    method: Literal["get", "post"] = "get"
    username: str = "username"
    password: str = "password"  # noqa: S105 -- a field's name
    redirect: str = ""
    constant: Mapping[str, str] = field(default_factory=dict)
    by_controller: bool = False
    respond: Callable[[str, Mapping[str, str], str], str] = lambda password, _kept, _secret: password


def uam_response(password: str, parameters: Mapping[str, str], secret: str) -> str:
    """CoovaChilli's response to its challenge: CHAP (RFC 1994) with identifier 0, over MD5(challenge, UAM secret)."""
    challenge = bytes.fromhex(parameters["challenge"])
    if secret:
        challenge = hashlib.md5(challenge + secret.encode(), usedforsecurity=False).digest()
    return hashlib.md5(b"\0" + password.encode() + challenge, usedforsecurity=False).hexdigest()


def mikrotik_response(password: str, parameters: Mapping[str, str], _secret: str) -> str:
    """MikroTik's response: MD5(chap-id, password, chap-challenge); the password itself if there is no challenge."""
    if not {"chap-id", "chap-challenge"} <= parameters.keys():
        return password
    identifier, challenge = parse_octets(parameters["chap-id"]), parse_octets(parameters["chap-challenge"])
    return hashlib.md5(identifier + password.encode() + challenge, usedforsecurity=False).hexdigest()


def parse_octets(written: str) -> bytes:
    r"""Decode octets in MikroTik's notation: "\371\123"."""
    return bytes(int(each, 8) & 0xFF for each in _OCTAL.findall(written))


_WRITTEN = r"(\\[0-7]{3}){1,64}"
VENDORS: Mapping[str, VendorProtocol] = {
    "coovachilli": VendorProtocol(
        device=("mac",),
        points=("nasid", "called"),
        wanted="userurl",
        reason=("reply",),
        keep={"challenge": "([0-9a-fA-F]{2}){1,64}"},
        required=("challenge",),
        challenge_path="/prelogin",
        success=(("res", "success"), ("res", "already")),
        failure=(("res", "failed"),),
        path="/logon",
        password="response",  # noqa: S106 -- a field's name
        redirect="userurl",
        respond=uam_response,
    ),
    "mikrotik": VendorProtocol(
        device=("mac",),
        points=("nasid", "called"),
        wanted="link-orig",
        reason=("error",),
        keep={"chap-id": r"\\[0-7]{3}", "chap-challenge": _WRITTEN},
        path="/login",
        redirect="dst",
        respond=mikrotik_response,
    ),
    "aruba": VendorProtocol(
        device=("mac",),
        points=("apmac", "apname", "vcname", "switchip"),
        wanted="url",
        reason=("errmsg",),
        method="post",
        path="/cgi-bin/login",
        username="user",
        redirect="url",
        constant={"cmd": "authenticate"},
    ),
    "ruckus": VendorProtocol(
        device=("client_mac",),
        points=("mac", "nasid", "sip"),
        wanted="url",
        reason=("reason", "message"),
        method="post",
        path="/login",
        redirect="url",
    ),
    "unifi": VendorProtocol(
        device=("id",),
        points=("ap",),
        wanted="url",
        path="",
        keep={"site": "[A-Za-z0-9_-]{1,40}"},
        by_controller=True,
    ),
}


def parse_redirect(name: str, query: Mapping[str, str]) -> Arrival:
    """Parse the query with which an access point of that vendor redirected the browser.

    Raises:
        InvalidRedirect: if it is not a query of that vendor.
        KeyError: for an unknown vendor.
    """
    protocol = VENDORS[name]
    points = tuple(dict.fromkeys(query[each][:253] for each in protocol.points if query.get(each)))
    kept = {each: query[each] for each, form in protocol.keep.items() if re.fullmatch(form, query.get(each, ""))}
    return Arrival(
        vendor=name,
        device=_device(next((query[each] for each in protocol.device if query.get(each)), "")),
        points=tuple(each.replace("\0", "") for each in points),
        wanted=_wanted(query.get(protocol.wanted, "")),
        kept=kept,
        outcome=_outcome(protocol, query),
        reason=_reason(protocol, query),
    )


def challenge_url(arrival: Arrival, *, at: str) -> str:
    """Return the URL that supplies missing parameters for the login; empty if none are missing."""
    protocol, parts = VENDORS[arrival.vendor], urlsplit(at)
    missing = set(protocol.required) - set(arrival.kept)
    return f"{parts.scheme}://{parts.netloc}{protocol.challenge_path}" if missing and parts.netloc else ""


def build_login(arrival: Arrival, *, at: str, secret: str, username: str, password: str, onwards: str) -> Login | None:
    """Build the login request of the browser; None if parameters are missing.

    Args:
        at: login address in the inventory.
        onwards: URL to which the access point redirects the browser afterwards.
    """
    protocol = VENDORS[arrival.vendor]
    if not at or protocol.by_controller or set(protocol.required) - set(arrival.kept):
        return None
    address = at if urlsplit(at).path.strip("/") else f"{at.rstrip('/')}{protocol.path}"
    fields = {
        protocol.username: username,
        protocol.password: protocol.respond(password, arrival.kept, secret),
        **({protocol.redirect: onwards} if protocol.redirect else {}),
        **protocol.constant,
    }
    return Login(protocol.method, address, fields)


def _device(written: str) -> str:
    try:
        return rules.normalize_mac(written)
    except ValueError:
        raise InvalidRedirect("the address names no device") from None


def _wanted(written: str) -> str:
    """Return the URL if it is a valid web address, else ""."""
    try:
        parts = urlsplit(written)
    except ValueError:
        return ""
    return written if _ADDRESS.fullmatch(written) and parts.scheme in ("http", "https") and parts.hostname else ""


def _outcome(protocol: VendorProtocol, query: Mapping[str, str]) -> Outcome:
    if any(query.get(name) == value for name, value in protocol.success):
        return "in"
    if any(query.get(name) == value for name, value in protocol.failure) or any(
        query.get(name) for name in protocol.reason
    ):
        return "refused"
    return "asks"


def _reason(protocol: VendorProtocol, query: Mapping[str, str]) -> str:
    """Return the first word of the Reply-Message if it is one of REASONS."""
    first = next((query[name] for name in protocol.reason if query.get(name)), "").split(" ")[0]
    return first if first in REASONS else ""
