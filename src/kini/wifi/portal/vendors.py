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
        sort: key of VENDORS.
        device: MAC of the visitor's device, in the notation of RFC 3580.
        points: names of the access point: NAS-Identifiers and MACs.
        wanted: URL that the visitor requested; empty if invalid.
        kept: parameters that the access point needs back.
        outcome: "asks" to sign in, is "in", or was "refused", with one of REASONS if known.
    """

    sort: str
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
        keep: name and pattern of parameters that it may need back; `demands`: those that a login needs; `begin`: path
            on its login server that redirects the browser to the portal with them.
        success, failure: (name, value) that tell the outcome.
        path: path of its login, if the inventory has none.
        username, password, onwards: names of the login's fields; `more`: constant fields.
        by_controller: the portal calls a controller instead of sending the password by browser (controllers.py).
        answer: compute the value to send from the password, the kept parameters, and the access point's secret.
    """

    device: tuple[str, ...]
    points: tuple[str, ...]
    wanted: str
    path: str
    reason: tuple[str, ...] = ()
    keep: Mapping[str, str] = field(default_factory=dict)
    demands: tuple[str, ...] = ()
    begin: str = ""
    success: tuple[tuple[str, str], ...] = ()
    failure: tuple[tuple[str, str], ...] = ()
    method: Literal["get", "post"] = "get"
    username: str = "username"
    password: str = "password"  # noqa: S105 -- a field's name
    onwards: str = ""
    more: Mapping[str, str] = field(default_factory=dict)
    by_controller: bool = False
    answer: Callable[[str, Mapping[str, str], str], str] = lambda password, _kept, _secret: password


def uam_response(password: str, kept: Mapping[str, str], secret: str) -> str:
    """CoovaChilli's response to its challenge: CHAP (RFC 1994) with identifier 0, over MD5(challenge, UAM secret)."""
    challenge = bytes.fromhex(kept["challenge"])
    if secret:
        challenge = hashlib.md5(challenge + secret.encode(), usedforsecurity=False).digest()
    return hashlib.md5(b"\0" + password.encode() + challenge, usedforsecurity=False).hexdigest()


def mikrotik_response(password: str, kept: Mapping[str, str], _secret: str) -> str:
    """MikroTik's response: MD5(chap-id, password, chap-challenge); the password itself if there is no challenge."""
    if not {"chap-id", "chap-challenge"} <= kept.keys():
        return password
    identifier, challenge = parse_octets(kept["chap-id"]), parse_octets(kept["chap-challenge"])
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
        demands=("challenge",),
        begin="/prelogin",
        success=(("res", "success"), ("res", "already")),
        failure=(("res", "failed"),),
        path="/logon",
        password="response",  # noqa: S106 -- a field's name
        onwards="userurl",
        answer=uam_response,
    ),
    "mikrotik": VendorProtocol(
        device=("mac",),
        points=("nasid", "called"),
        wanted="link-orig",
        reason=("error",),
        keep={"chap-id": r"\\[0-7]{3}", "chap-challenge": _WRITTEN},
        path="/login",
        onwards="dst",
        answer=mikrotik_response,
    ),
    "aruba": VendorProtocol(
        device=("mac",),
        points=("apmac", "apname", "vcname", "switchip"),
        wanted="url",
        reason=("errmsg",),
        method="post",
        path="/cgi-bin/login",
        username="user",
        onwards="url",
        more={"cmd": "authenticate"},
    ),
    "ruckus": VendorProtocol(
        device=("client_mac",),
        points=("mac", "nasid", "sip"),
        wanted="url",
        reason=("reason", "message"),
        method="post",
        path="/login",
        onwards="url",
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


def parse_redirect(name: str, said: Mapping[str, str]) -> Arrival:
    """Parse the query with which an access point of that vendor redirected the browser.

    Raises:
        InvalidRedirect: if it is not a query of that vendor.
        KeyError: for an unknown vendor.
    """
    sort = VENDORS[name]
    points = tuple(dict.fromkeys(said[each][:253] for each in sort.points if said.get(each)))
    kept = {each: said[each] for each, form in sort.keep.items() if re.fullmatch(form, said.get(each, ""))}
    return Arrival(
        sort=name,
        device=_device(next((said[each] for each in sort.device if said.get(each)), "")),
        points=tuple(each.replace("\0", "") for each in points),
        wanted=_wanted(said.get(sort.wanted, "")),
        kept=kept,
        outcome=_outcome(sort, said),
        reason=_reason(sort, said),
    )


def challenge_url(arrival: Arrival, *, at: str) -> str:
    """Return the URL that supplies missing parameters for the login; empty if none are missing."""
    sort, parts = VENDORS[arrival.sort], urlsplit(at)
    missing = set(sort.demands) - set(arrival.kept)
    return f"{parts.scheme}://{parts.netloc}{sort.begin}" if missing and parts.netloc else ""


def build_login(arrival: Arrival, *, at: str, secret: str, username: str, password: str, onwards: str) -> Login | None:
    """Build the login request of the browser; None if parameters are missing.

    Args:
        at: login address in the inventory.
        onwards: URL to which the access point redirects the browser afterwards.
    """
    sort = VENDORS[arrival.sort]
    if not at or sort.by_controller or set(sort.demands) - set(arrival.kept):
        return None
    address = at if urlsplit(at).path.strip("/") else f"{at.rstrip('/')}{sort.path}"
    fields = {
        sort.username: username,
        sort.password: sort.answer(password, arrival.kept, secret),
        **({sort.onwards: onwards} if sort.onwards else {}),
        **sort.more,
    }
    return Login(sort.method, address, fields)


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


def _outcome(sort: VendorProtocol, said: Mapping[str, str]) -> Outcome:
    if any(said.get(name) == value for name, value in sort.success):
        return "in"
    if any(said.get(name) == value for name, value in sort.failure) or any(said.get(name) for name in sort.reason):
        return "refused"
    return "asks"


def _reason(sort: VendorProtocol, said: Mapping[str, str]) -> str:
    """Return the first word of the Reply-Message if it is one of REASONS."""
    first = next((said[name] for name in sort.reason if said.get(name)), "").split(" ")[0]
    return first if first in REASONS else ""
