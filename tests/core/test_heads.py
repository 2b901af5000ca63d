"""Heads of chains are shipped, and removed blocks are found by comparison."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from queue import Queue
from socketserver import BaseRequestHandler, TCPServer, UDPServer, UnixDatagramServer
from threading import Thread

import pytest
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from kini.core import audit, chain, syslog
from kini.core.actors import Actor, ActorKind
from kini.core.chain import heads
from kini.core.models import ChainShipment
from tests.core.test_chain import behind, seal_now, write
from tests.environment import replace

pytestmark = pytest.mark.django_db


class Server:
    """A syslog server on loopback: UDP, TCP or a unix socket."""

    def __init__(self, transport: str, folder: Path) -> None:
        handler = Stream if transport == "tcp" else Datagram
        if transport == "unix":
            self._own = UnixDatagramServer(str(folder / "log"), handler)
            self.address = f"unix://{folder}/log"
        else:
            self._own = (TCPServer if transport == "tcp" else UDPServer)(("127.0.0.1", 0), handler)
            self.address = f"{transport}://127.0.0.1:{self._own.server_address[1]}"
        self._own.messages = Queue()
        self._thread = Thread(target=self._own.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._own.shutdown()
        self._thread.join()
        self._own.server_close()

    def take(self, kind: str, count: int) -> list[dict[str, object]]:
        """The JSON of the next messages, which are of that kind and well formed (RFC 5424)."""
        lines = []
        for _ in range(count):
            message = self._own.messages.get(timeout=10).decode("ascii")
            priority, moment, _host, app, _process, of_kind, data, text = message.split(" ", 7)
            assert (priority, app, of_kind, data) == ("<110>1", "kini", kind, "-")
            assert moment.endswith("Z")
            lines.append(json.loads(text))
        return lines


class Datagram(BaseRequestHandler):
    def handle(self) -> None:
        self.server.messages.put(self.request[0])


class Stream(BaseRequestHandler):
    """Messages with counted octets (RFC 6587, 3.4.1)."""

    def handle(self) -> None:
        with closing(self.request.makefile("rb")) as stream:
            while digits := b"".join(iter(lambda: stream.read(1).strip(), b"")):
                self.server.messages.put(stream.read(int(digits)))


@pytest.fixture(params=["udp", "tcp", "unix"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with Server(request.param, tmp_path) as own:
        yield own


@pytest.fixture
def told(settings: Settings) -> Callable[..., None]:
    """Configure the targets of heads."""

    def tell(**more: object) -> None:
        settings.ENV = replace(django_settings.ENV, **more)

    return tell


def test_heads_are_appended_to_a_file(told: Callable[..., None], tmp_path: Path) -> None:
    file = tmp_path / "heads.jsonl"
    told(chain_heads=file)
    write(3)
    [first] = seal_now()
    heads.ship_all()
    write(2)
    [second] = seal_now()
    heads.ship_all()
    heads.ship_all()
    shipped = [each for each in heads.read(file) if each.chain == "audit"]
    assert [(each.number, each.last, each.seal) for each in shipped] == [
        (block.number, block.last, bytes(block.seal).hex()) for block in (first, second)
    ]
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(heads.compare(shipped)) == []


def test_a_truncated_tail_is_found_against_shipped_heads(told: Callable[..., None], tmp_path: Path) -> None:
    file = tmp_path / "heads.jsonl"
    told(chain_heads=file)
    for _ in range(2):
        write(3)
        seal_now()
    heads.ship_all()
    behind("DELETE FROM core_auditentry WHERE id >= (SELECT max(first) FROM core_chainblock WHERE chain = 'audit')")
    behind("DELETE FROM core_chainblock WHERE chain = 'audit' AND number = 2")
    assert chain.verify("audit").findings == []  # the chain alone cannot tell
    [fault] = heads.compare(heads.read(file))
    assert fault.startswith("audit: block 2, shipped at ")
    write(4)
    seal_now()
    [fault] = heads.compare(heads.read(file))
    assert fault.startswith("audit: block 2 is another one than was shipped at ")


def test_heads_come_to_a_syslog_server(server: Server, told: Callable[..., None]) -> None:
    told(syslog=server.address)
    write(3)
    [block] = seal_now()
    heads.ship_all()
    [head] = server.take("chain-head", 1)
    assert (head["chain"], head["number"], head["seal"]) == ("audit", 1, bytes(block.seal).hex())


def test_audit_entries_come_without_personal_data(server: Server, told: Callable[..., None]) -> None:
    told(syslog=server.address, syslog_audit=True)
    by = Actor(ActorKind.OFFICER, 7, "Siti Aminah")
    audit.record(by=by, action="cases.noted", subject="case:KINI-7F3K-9Q2M", detail={"text": "Ibu Dewi"})
    audit.record(by=by, action="wifi.vouchers-made", subject="wifi-vouchers:Pak Budi's party")
    seal_now()
    heads.ship_all()
    server.take("chain-head", 1)
    noted, second = server.take("audit", 2)
    expected = {"actor": "officer", "actor_id": 7, "action": "cases.noted", "subject": "case:KINI-7F3K-9Q2M"}
    assert noted.items() >= expected.items()
    assert second["subject"] == "wifi-vouchers"
    assert not any(name in json.dumps([noted, second]) for name in ("Siti", "Dewi", "Budi"))


def test_what_could_not_be_shipped_goes_later(told: Callable[..., None], tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        told(syslog=f"tcp://127.0.0.1:{nobody.getsockname()[1]}")
        write(3)
        seal_now()
        heads.ship_all()
    assert ChainShipment.objects.get(target="syslog", chain="audit").position == 0
    with Server("tcp", tmp_path) as server:
        told(syslog=server.address)
        heads.ship_all()
        server.take("chain-head", 1)
    assert ChainShipment.objects.get(target="syslog", chain="audit").position == 1


@pytest.mark.parametrize("text", ["", "host", "udp://", "udp://host", "tcp://host:x", "unix://", "http://host:1"])
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must read like"):
        syslog.parse_address(text)


def test_a_line_that_is_no_head_is_named(tmp_path: Path) -> None:
    file = tmp_path / "heads.jsonl"
    file.write_text('<110>1 - - kini - - - \n{"chain": "audit"}\n')
    with pytest.raises(ValueError, match="line 2 of"):
        list(heads.read(file))
