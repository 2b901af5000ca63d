"""Access points of each kind as they behave towards a visitor's browser and towards RADIUS, made up for tests."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

PHONE = "AC-DE-48-00-11-22"
WANTED = "http://news.example/today"
CHALLENGE = bytes(range(16))
#: Below 32: radclient takes what is all letters for a password that it has yet to encode.
IDENTIFIER = 0x0B


def octal(data: bytes) -> str:
    return "".join(f"\\{byte:03o}" for byte in data)


def chap(identifier: int, digest: str, challenge: bytes) -> dict[str, str]:
    """The attributes of a request with CHAP (RFC 2865)."""
    return {"CHAP-Password": f"0x{identifier:02x}{digest}", "CHAP-Challenge": f"0x{challenge.hex()}"}


@dataclass
class Nas:
    """An access point: how it sends a visitor, and what it asks RADIUS when the browser comes back.

    Attributes:
        sends: what its redirect says.
        asks: makes the attributes of its Access-Request from the fields that the browser brought.
    """

    path: str
    sends: dict[str, str]
    login: str
    asks: Callable[[dict[str, str]], dict[str, str]]
    more: dict[str, str] = field(default_factory=dict)

    @property
    def redirect(self) -> str:
        return f"{self.path}?{urlencode(self.sends | self.more)}"

    def take(self, address: str, fields: dict[str, str] | None = None) -> dict[str, str]:
        """Return its Access-Request after the browser sent these fields to that address.

        Raises:
            AssertionError: when the browser came to another address than its login.
        """
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == self.login
        return self.asks(fields if fields is not None else dict(parse_qsl(parts.query)))


def coovachilli(at: str, secret: str, point: str) -> Nas:
    """With a challenge and the UAM secret: the browser brings an answer, which goes on to RADIUS as CHAP."""
    challenge = hashlib.md5(CHALLENGE + secret.encode(), usedforsecurity=False).digest()
    return Nas(
        "/wifi/portal/coovachilli/",
        {
            **{"res": "notyet", "uamip": "6.6.6.6", "uamport": "3990", "challenge": CHALLENGE.hex()},
            **{"called": point, "mac": PHONE, "ip": "10.1.0.2", "nasid": "", "sessionid": "1", "userurl": WANTED},
        },
        f"{at}/logon",
        lambda submitted: {"User-Name": submitted["username"], **chap(0, submitted["response"], challenge)},
    )


def mikrotik(at: str, point: str) -> Nas:
    return Nas(
        "/wifi/portal/mikrotik/",
        {
            **{"mac": PHONE.replace("-", ":"), "called": point, "link-orig": WANTED, "error": ""},
            **{
                "chap-id": octal(bytes([IDENTIFIER])),
                "chap-challenge": octal(CHALLENGE),
                "link-login-only": "http://evil.example/",
            },
        },
        f"{at}/login",
        lambda submitted: {"User-Name": submitted["username"], **chap(IDENTIFIER, submitted["password"], CHALLENGE)},
    )


def aruba(at: str, point: str) -> Nas:
    return Nas(
        "/wifi/portal/aruba/",
        {
            **{"cmd": "login", "mac": PHONE.lower().replace("-", ":"), "essid": "Serena Livre", "ip": "172.31.98.2"},
            **{"apname": "ap 7", "apmac": point.lower().replace("-", ":"), "vcname": "vc", "switchip": "evil.example"},
            "url": WANTED,
        },
        f"{at}/cgi-bin/login",
        lambda submitted: {"User-Name": submitted["user"], "User-Password": submitted["password"]},
    )


def ruckus(at: str, point: str) -> Nas:
    return Nas(
        "/wifi/portal/ruckus/",
        {
            **{"sip": "evil.example", "mac": point.replace("-", "").lower(), "client_mac": PHONE.replace("-", "")},
            **{"uip": "10.2.0.9", "lid": "", "dn": "", "ssid": "Serena Livre", "url": WANTED},
        },
        f"{at}/login",
        lambda submitted: {"User-Name": submitted["username"], "User-Password": submitted["password"]},
    )
