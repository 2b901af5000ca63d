"""RSGI adapter: whole requests only, unambiguous headers, slow clients occupy no thread."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kini.core.rsgi_adapter import BODY_SECONDS
from kini.core.web_server import granian_arguments
from kini.robot.scratch import free_port

HEAD = "POST /p%20%C3%A9?q=1 HTTP/1.1\r\nHost: city.example\r\nConnection: close\r\n"


@contextmanager
def running() -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """A server with one process that echoes requests; its port and its process."""
    port = free_port()
    words = granian_arguments("tests.core.echo:application", "127.0.0.1", port, 1)
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "kini.settings"}
    with subprocess.Popen([sys.executable, "-m", "granian", *words], env=env) as process:
        wait_for(port)
        yield port, process
        process.terminate()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with running() as (port, _process):
        yield port


def wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not start")


def send(port: int, head: str, body: bytes = b"") -> tuple[int, bytes]:
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        connection.sendall(head.encode() + b"\r\n" + body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    first, _blank, content = answer.partition(b"\r\n\r\n")
    return int(first.split()[1]), content


def echoed(port: int, head: str, body: bytes = b"") -> dict[str, Any]:
    status, content = send(port, head, body)
    assert status == 200
    return dict(json.loads(content))


def test_a_request_arrives_as_wsgi_describes_it(port: int):
    head = f"{HEAD}Content-Type: text/plain\r\nContent-Length: 3\r\nCookie: a=1\r\nCookie: b=2\r\nVia: x\r\nVia: y\r\n"
    environ = echoed(port, head, b"abc")
    expected = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/p \u00c3\u00a9",  # the bytes of UTF-8 as latin-1 (PEP 3333)
        "QUERY_STRING": "q=1",
        "HTTP_HOST": "city.example",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "3",
        "HTTP_COOKIE": "a=1; b=2",
        "HTTP_VIA": "x,y",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "body": "abc",
    }
    assert expected.items() <= environ.items()


def test_a_query_may_be_sent_unescaped(port: int):
    query = echoed(port, "GET /?q=Ñ中%20a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n")["QUERY_STRING"]
    assert query.encode("latin-1").decode() == "q=Ñ中%20a"


def test_the_version_of_http_is_known(port: int):
    assert echoed(port, HEAD)["SERVER_PROTOCOL"] == "HTTP/1.1"
    assert echoed(port, HEAD.replace("HTTP/1.1", "HTTP/1.0"))["SERVER_PROTOCOL"] == "HTTP/1.0"


def test_names_with_underscores_do_not_arrive_as_others(port: int):
    head = f"{HEAD}X_Forwarded_For: 203.0.113.9\r\nX-Forwarded_Host: evil\r\nX-Forwarded-For: 192.0.2.1\r\nZ_z: 1\r\n"
    environ = echoed(port, head)
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
    assert not {"HTTP_X_FORWARDED_HOST", "HTTP_Z_Z"} & environ.keys()


def test_large_bodies_arrive_whole_and_responses_stream(port: int):
    body = os.urandom(3_000_000)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stream", body, timeout=60) as response:  # noqa: S310
        assert json.load(response)["body"].encode("latin-1") == body


@pytest.mark.parametrize(
    ("more", "status"),
    [("Transfer-Encoding: chunked\r\n", 411), ("Content-Length: 999999999\r\n", 413)],
)
def test_bodies_of_unknown_or_excessive_length_are_refused(port: int, more: str, status: int):
    assert send(port, HEAD + more, b"")[0] == status


def test_a_body_that_ends_early_is_no_request(port: int):
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(f"{HEAD}Content-Length: 100\r\n\r\nhalf".encode())
        connection.shutdown(socket.SHUT_WR)
        assert not connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_slow_clients_hold_no_thread_and_lose_their_connection(port: int):
    connections = [socket.create_connection(("127.0.0.1", port), 60) for _ in range(340)]
    for number, connection in enumerate(connections):
        half = f"{HEAD}Content-Length: 100\r\n\r\nhalf" if number % 2 else "GET / HTTP/1.1\r\nHost: ci"
        connection.sendall(half.encode())
    begun = time.monotonic()
    echoed(port, HEAD)
    assert time.monotonic() - begun < BODY_SECONDS / 2
    assert connections[1].recv(65536).startswith(b"HTTP/1.1 408")
    assert connections[0].recv(65536) == b""
    for connection in connections:
        connection.close()


def test_a_request_in_work_is_answered_when_the_server_is_told_to_stop():
    with running() as (port, process), socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nHost: city.example\r\nConnection: close\r\n\r\n")
        time.sleep(0.7)  # until it is with a thread
        process.terminate()
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        assert process.wait(30) == 0


def test_http_2_in_clear_is_not_spoken(port: int):
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert not connection.recv(65536).startswith(b"\x00")
