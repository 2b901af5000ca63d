"""How access points send a visitor to the portal, and how they take the one-time password: a `Sort` for each kind.

What they tell comes through the visitor's browser, so nothing of it is believed: the password holds for one device at
one access point, and goes to the address that the inventory knows. Pure.
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
#: Why RADIUS refused somebody, as it says it (`wifi_decide`).
REASONS = ("closed", "used-up", "too-many", "blocked", "voucher-used", "unknown-access-point", "sign-in")
_OCTAL = re.compile(r"\\([0-7]{3})")
_ADDRESS = re.compile(r"[^\s\"'<>\\]{1,2000}")


class NotHandedOver(ValueError):
    """What came is not what an access point of that kind sends."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A visitor whom an access point has sent.

    Attributes:
        sort: kind of the access point, a key of SORTS.
        device: MAC of the visitor's device as RFC 3580 writes it.
        points: what the access point says it is: NAS-Identifiers and MACs.
        wanted: address to which the visitor was going; empty when it is none.
        kept: what the access point needs to have back.
        outcome: "asks" to sign in, is "in", or was "refused", with one of REASONS when it is known.
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
    """What the visitor's browser does next: go to the address, or send these fields there."""

    method: Literal["get", "post"]
    address: str
    fields: Mapping[str, str]

    @property
    def whole(self) -> str:
        """The address with the fields, for going there."""
        return f"{self.address}?{urlencode(self.fields)}"


@dataclass(frozen=True, slots=True)
class Sort:
    """One kind of access point or controller.

    Attributes:
        device, points, wanted, reason: names under which it says these; of the first and of the last one counts.
        keep: name and form of what it may need back; `demands`: without which it takes no password; `begin`: where
            beside its login it sends a browser to the portal with that.
        success, failure: (name, value) that say how it went.
        path: of its login, where the inventory names none.
        username, password, onwards: names of the login's fields; `more`: fields that are always the same.
        by_controller: not the browser brings the password: the portal tells a controller (controllers.py).
        answer: what to send in place of the password, from it, what was kept, and the access point's secret.
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
    """CoovaChilli's answer to its challenge: CHAP (RFC 1994) with identifier 0, over MD5(challenge, UAM secret)."""
    challenge = bytes.fromhex(kept["challenge"])
    if secret:
        challenge = hashlib.md5(challenge + secret.encode(), usedforsecurity=False).digest()
    return hashlib.md5(b"\0" + password.encode() + challenge, usedforsecurity=False).hexdigest()


def mikrotik_response(password: str, kept: Mapping[str, str], _secret: str) -> str:
    """MikroTik's answer: MD5(chap-id, password, chap-challenge); as it is where the hotspot sends no challenge."""
    if not {"chap-id", "chap-challenge"} <= kept.keys():
        return password
    identifier, challenge = octets(kept["chap-id"]), octets(kept["chap-challenge"])
    return hashlib.md5(identifier + password.encode() + challenge, usedforsecurity=False).hexdigest()


def octets(written: str) -> bytes:
    r"""Octets as MikroTik writes them: "\371\123"."""
    return bytes(int(each, 8) & 0xFF for each in _OCTAL.findall(written))


_WRITTEN = r"(\\[0-7]{3}){1,64}"
SORTS: Mapping[str, Sort] = {
    "coovachilli": Sort(
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
    "mikrotik": Sort(
        device=("mac",),
        points=("nasid", "called"),
        wanted="link-orig",
        reason=("error",),
        keep={"chap-id": r"\\[0-7]{3}", "chap-challenge": _WRITTEN},
        path="/login",
        onwards="dst",
        answer=mikrotik_response,
    ),
    "aruba": Sort(
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
    "ruckus": Sort(
        device=("client_mac",),
        points=("mac", "nasid", "sip"),
        wanted="url",
        reason=("reason", "message"),
        method="post",
        path="/login",
        onwards="url",
    ),
    "unifi": Sort(
        device=("id",),
        points=("ap",),
        wanted="url",
        path="",
        keep={"site": "[A-Za-z0-9_-]{1,40}"},
        by_controller=True,
    ),
}


def read(name: str, said: Mapping[str, str]) -> Arrival:
    """Who was sent, from the address to which an access point of that kind sent the browser.

    Raises:
        NotHandedOver: when it is no such address.
        KeyError: for an unknown kind.
    """
    sort = SORTS[name]
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


def begin(arrival: Arrival, *, at: str) -> str:
    """Where the browser fetches what is missing for the login; empty when nothing is."""
    sort, parts = SORTS[arrival.sort], urlsplit(at)
    missing = set(sort.demands) - set(arrival.kept)
    return f"{parts.scheme}://{parts.netloc}{sort.begin}" if missing and parts.netloc else ""


def login(arrival: Arrival, *, at: str, secret: str, username: str, password: str, onwards: str) -> Login | None:
    """How the browser brings the one-time password; None where something is missing for it.

    Args:
        at: address of the access point's login, as the inventory has it.
        onwards: where it shall send the browser afterwards.
    """
    sort = SORTS[arrival.sort]
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
        return rules.mac(written)
    except ValueError:
        raise NotHandedOver("the address names no device") from None


def _wanted(written: str) -> str:
    """A web address as it is; anything else is none."""
    try:
        parts = urlsplit(written)
    except ValueError:
        return ""
    return written if _ADDRESS.fullmatch(written) and parts.scheme in ("http", "https") and parts.hostname else ""


def _outcome(sort: Sort, said: Mapping[str, str]) -> Outcome:
    if any(said.get(name) == value for name, value in sort.success):
        return "in"
    if any(said.get(name) == value for name, value in sort.failure) or any(said.get(name) for name in sort.reason):
        return "refused"
    return "asks"


def _reason(sort: Sort, said: Mapping[str, str]) -> str:
    """The first word of what RADIUS replied, when it is one of ours."""
    first = next((said[name] for name in sort.reason if said.get(name)), "").split(" ")[0]
    return first if first in REASONS else ""
