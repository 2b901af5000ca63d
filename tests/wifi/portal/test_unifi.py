"""UniFi, whose controller is told whom to let in: a made-up one on loopback that wants to be asked properly."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kini.wifi import actions
from kini.wifi.models import Device, Group
from tests.environment import replace
from tests.wifi.conftest import BY
from tests.wifi.nas import PHONE, WANTED
from tests.wifi.portal.test_portal import CORNER, form, network, noon, outbox, resident  # noqa: F401 -- fixtures

ARRIVAL = f"/guest/s/north/?ap={CORNER.lower()}&id={PHONE.lower()}&t=1&url={WANTED}&ssid=Serena"


class Console(BaseHTTPRequestHandler):
    """A UniFi OS console with one account."""

    let_in: list[dict] = []
    answers = "ok"

    def do_POST(self) -> None:
        request_body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/auth/login":
            right = request_body == {"username": "kini", "password": "secret"}
            self.answer(200 if right else 403, {}, {"Set-Cookie": "TOKEN=t; Path=/", "X-CSRF-Token": "c"})
        elif self.path != "/proxy/network/api/s/north/cmd/stamgr":
            self.answer(404, {})
        elif self.headers["Cookie"] != "TOKEN=t" or self.headers["X-CSRF-Token"] != "c":
            self.answer(401, {})
        else:
            if self.answers == "ok":
                self.let_in.append(request_body)
            self.answer(200, {"meta": {"rc": self.answers}, "data": []})

    def answer(self, status: int, body: dict, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def console(network, settings, tmp_path):  # noqa: F811
    Console.let_in, Console.answers = [], "ok"
    server = ThreadingHTTPServer(("127.0.0.1", 0), Console)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    (tmp_path / "password").write_text("secret\n", "utf-8")
    file = tmp_path / "wifi.toml"
    file.write_text(
        f'[north]\nadapter = "unifi"\naddress = "http://127.0.0.1:{server.server_port}"\nusername = "kini"\n'
        f'password_file = "{tmp_path / "password"}"\nsites = ["north"]\n',
        "utf-8",
    )
    settings.ENV = replace(settings.ENV, wifi=file)
    yield Console
    server.shutdown()
    thread.join()
    server.server_close()


def tap(client, arrival=ARRIVAL):
    page = client.get(arrival).content.decode()
    return client.post("/wifi/portal/enter/", form(page, "tap"), follow=True)


def test_the_controller_is_told_whom_to_let_in_and_for_how_long(client, console, resident):  # noqa: F811
    response = tap(client)
    assert "You are online" in response.content.decode()
    (admitted,) = console.let_in
    assert admitted == {
        **{"cmd": "authorize-guest", "mac": "ac:de:48:00:11:22", "ap_mac": "00:10:a4:23:19:c2"},
        **{"minutes": 60, "down": 5000, "up": 1000},
    }
    assert Device.objects.get().owner == resident


def test_a_controller_that_does_not_is_told_in_words(client, console, resident, settings):  # noqa: F811
    console.answers = "error"
    response = tap(client)
    assert (response.status_code, console.let_in) == (503, [])
    assert "is not responding at the moment" in response.content.decode()
    response = tap(client, ARRIVAL.replace("north", "south"))
    assert response.status_code == 503
    settings.ENV = replace(settings.ENV, wifi=None)
    assert tap(client).status_code == 503


def test_whoever_may_not_come_in_is_not_let_in(client, console, resident):  # noqa: F811
    page = client.get(ARRIVAL).content.decode()
    Group.objects.update(active=False)
    response = client.post("/wifi/portal/enter/", form(page, "tap"))
    assert response.status_code == 422
    Group.objects.update(active=True)
    actions.block_device(by=BY, mac=PHONE, blocked=True)
    response = client.post("/wifi/portal/enter/", form(page, "tap"))
    assert response.status_code == 409
    assert console.let_in == []
