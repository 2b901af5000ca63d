"""Wi-Fi from access point through portal and FreeRADIUS Access-Accept to My Wi-Fi, without JavaScript."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser

from kini.bench.wifi.radius_servers import free_port
from tests.journeys.conftest import Person, Stock
from tests.wifi.freeradius import access_request, needs_freeradius, running

PHONE = "AC-DE-48-00-11-22"
NUMBER = "+6281234567123"


@dataclass
class AccessPoint:
    """Fake CoovaChilli: redirects the browser to the portal with a challenge, then queries RADIUS."""

    city: str
    port: int
    mac: str = ""
    secret: str = ""
    answers: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        point = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(302)
                self.send_header("Location", point.onwards(self.path))
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                pass

        self.web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.web.server_port}"

    def onwards(self, path: str) -> str:
        """Redirect target for a browser at this URL."""
        query = dict(parse_qsl(urlsplit(path).query))
        challenge = hashlib.md5(self.mac.encode(), usedforsecurity=False).digest()
        result = {"res": "notyet"}
        if urlsplit(path).path == "/logon":
            answer = self.ask(query, hashlib.md5(challenge + self.secret.encode(), usedforsecurity=False).digest())
            self.answers.append(answer)
            if answer.get("code") == "Access-Accept":
                return query["userurl"]
            result = {"res": "failed", "reply": answer.get("Reply-Message", "")}
        tells = {"called": self.mac, "mac": PHONE, "challenge": challenge.hex(), "userurl": "http://berita.example/"}
        return f"{self.city}/wifi/portal/coovachilli/?{urlencode(result | tells)}"

    def ask(self, said: dict[str, str], challenge: bytes) -> dict[str, str]:
        shown = {"CHAP-Password": f"0x00{said['response']}", "CHAP-Challenge": f"0x{challenge.hex()}"}
        stations = {"Calling-Station-Id": PHONE, "Called-Station-Id": self.mac}
        request = {"User-Name": said["username"], **stations, **shown}
        return access_request(self.port, self.secret, "127.0.0.2", request)


@pytest.fixture
def point(city: str, stock: Stock, tmp_path: Path) -> Iterator[AccessPoint]:
    port = free_port()
    access_point = AccessPoint(city, port)
    folder = tmp_path / "radius"
    access_point.mac, access_point.secret, _site = stock.access_point(access_point.address, folder, port)
    thread = threading.Thread(target=access_point.web.serve_forever)
    thread.start()
    with running(folder):
        yield access_point
    access_point.web.shutdown()
    thread.join()
    access_point.web.server_close()


@needs_freeradius
def test_somebody_new_joins_the_wifi_and_sees_it_among_their_own(
    chromium: Browser, city: str, point: AccessPoint
) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740}, locale="id-ID")
    person = Person(context.new_page(), city)
    person.page.goto(f"{point.address}/generate_204")
    assert person.heading == "Wi-Fi gratis"
    person.page.locator("input[name=phone]").fill(NUMBER)
    person.press(person.page.get_by_role("button", name="minta kode"))
    person.type_code(NUMBER)
    assert [answer["code"] for answer in point.answers] == ["Access-Accept"]
    assert person.heading == "Anda sudah tersambung"
    assert person.page.get_by_role("link", name="berita.example").count() == 1
    person.press(person.page.get_by_role("link", name="Wi-Fi saya"))
    assert person.heading == "Wi-Fi saya"
    person.press(person.page.get_by_role("button", name="Lupakan perangkat ini"))
    assert "1 perangkat sudah dikeluarkan" in person.page.locator("main").inner_text()
    context.close()
