"""Complete sign-ins at the portal: redirect by an access point, one tap, RADIUS, page "online"."""

import html
import re
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from threading import Lock
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from kini.bench.services import create_session
from kini.bench.wifi.packets import ACCESS_ACCEPT, Nas, access_request, sample_mac
from kini.bench.workloads import Measurement
from kini.people.models import User

VISITORS = 24
#: First device number; known devices have smaller ones.
FIRST = 1 << 36
BROWSER = "Mozilla/5.0 (Linux; Android 9) AppleWebKit/537.36 Chrome/100.0 Mobile Safari/537.36"
_FORM = re.compile(r'<form method="post" action="([^"]*)">(.*?)</form>', re.DOTALL)
_FIELD = re.compile(r'<input\s+type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"\s*>')
#: Status and content length of a response.
_STATUS, _LENGTH = re.compile(rb"HTTP/1\.1 (\d{3})"), re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


class SignInFailed(Exception):
    """A sign-in failed; the message says at which step."""


class Browser:
    """Connection of a visitor to the portal. Minimal, as it shares the machine with the server: 0.7 ms per sign-in,
    with http.client 1.4 ms.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host = parts.netloc
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30)

    def ask(self, method: str, path: str, cookie: str, body: str = "") -> str:
        """Return the page at that path.

        Raises:
            NotIn: the status is not 200.
        """
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\nUser-Agent: {BROWSER}\r\nCookie: {cookie}\r\n"
        if body:
            head += f"Origin: http://{self._host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            head += f"Content-Length: {len(body)}\r\n"
        self._socket.sendall(f"{head}\r\n{body}".encode())
        status, text = self._answer()
        if status != 200:
            raise SignInFailed(f"{method} {path[:60]} answered {status}: {text[:200]}")
        return text

    def _answer(self) -> tuple[int, str]:
        read = b""
        while (end := read.find(b"\r\n\r\n")) < 0:
            read += self._more()
        status, length = _STATUS.match(read), _LENGTH.search(read, 0, end + 2)
        if status is None or length is None:
            raise SignInFailed(f"the portal answers otherwise than expected: {read[:100]!r}")
        while len(read) < end + 4 + int(length[1]):
            read += self._more()
        return int(status[1]), read[end + 4 :].decode()

    def _more(self) -> bytes:
        read = self._socket.recv(65_536)
        if not read:
            raise SignInFailed("the portal hung up")
        return read

    def close(self) -> None:
        self._socket.close()


@dataclass(slots=True)
class Portal:
    """Visitors with a session, at access points that use the RADIUS server on `port`."""

    points: Sequence[Nas]
    port: int
    cookies: Sequence[str]

    def measured(self, address: str, seconds: float) -> Measurement:
        """Complete sign-ins per second of VISITORS concurrent visitors with new devices; one that does not reach
        "online" is an error.
        """
        began = time.perf_counter()
        with ThreadPoolExecutor(VISITORS) as pool:
            runs = pool.map(lambda n: self._visit(n, address, began + seconds), range(VISITORS))
            durations = [waited for run in runs for waited in run]
        took = time.perf_counter() - began
        good = [waited for waited in durations if waited]
        return Measurement.of(good, took, len(durations) - len(good))

    def _visit(self, number: int, address: str, until: float) -> list[float]:
        """Sign in repeatedly; seconds of each sign-in, 0 if it failed."""
        durations: list[float] = []
        web = Browser(address)
        point = self.points[number % len(self.points)]
        with socket.socket(type=socket.SOCK_DGRAM) as nas:
            nas.settimeout(5)
            nas.bind((point.address, 0))
            nas.connect(("127.0.0.1", self.port))
            cookie = self.cookies[number % len(self.cookies)]
            while (began := time.perf_counter()) < until:
                try:
                    _sign_in(web, nas, point, cookie)
                    durations.append(time.perf_counter() - began)
                except (SignInFailed, OSError) as fault:
                    _tell(fault)
                    durations.append(0.0)
                    web.close()
                    web = Browser(address)
        web.close()
        return durations


_numbers: Iterator[int] = count(FIRST)
_told, _lock = [0], Lock()


def _tell(fault: Exception) -> None:
    with _lock:
        _told[0] += 1
        if _told[0] == 1:
            print(f"\n  a sign-in failed: {fault}", flush=True)


def visitor_cookies(people: int) -> list[str]:
    """Session cookies of new users."""
    users = [User.objects.create_user(email=f"visitor-{number}@bench.example") for number in range(people)]
    return [f"{settings.SESSION_COOKIE_NAME}={create_session(user, officer=False)}" for user in users]


def _sign_in(web: Browser, nas: socket.socket, point: Nas, cookie: str) -> None:
    """Sign in like a browser behind an Aruba access point, which receives user and password from it."""
    mac = sample_mac(next(_numbers))
    query = {"cmd": "login", "mac": mac, "apmac": point.mac, "apname": point.identifier, "url": "http://a.example/"}
    arrived = web.ask("GET", f"/wifi/portal/aruba/?{urlencode(query)}", cookie)
    action, fields = next(((form, each) for form, each in _forms(arrived) if each.get("way") == "tap"), ("", {}))
    if not action:
        raise SignInFailed("the first page offers no tap")
    if token := fields.get("csrfmiddlewaretoken"):
        cookie = f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}"
    tapped = web.ask("POST", action, cookie, urlencode(fields))
    login = next((each for _form, each in _forms(tapped) if "password" in each), {})
    if not login:
        raise SignInFailed("the tap led to no login")
    nas.send(access_request(point, int(mac[-2:], 16), mac, login["password"]))
    if nas.recv(4096)[0] != ACCESS_ACCEPT:
        raise SignInFailed("RADIUS did not accept")
    online = urlsplit(login["url"])
    if "</html>" not in web.ask("GET", f"{online.path}?{online.query}", cookie):
        raise SignInFailed("there is no page for who is online")


def _forms(page: str) -> Iterator[tuple[str, dict[str, str]]]:
    for action, inside in _FORM.findall(page):
        yield action, {name: html.unescape(value) for name, value in _FIELD.findall(inside)}
