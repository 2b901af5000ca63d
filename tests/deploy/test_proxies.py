"""Proxy configurations of deploy/ (with other addresses and certificates) in front of the real server.

Each proxy is installed from the system's packages where that is allowed. Slow clients come from one loopback address
and the visitor from another, as the configurations limit connections by address.
"""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from kini.bench import production_city
from kini.core import system_programs
from kini.core.environment import ROOT
from kini.robot.scratch import ScratchCity, free_port, scratch_city
from tests import migrated_server

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]
PACK = ROOT / "tests" / "cities" / "vila-serena"
SLOW, VISITOR = "127.0.0.2", "127.0.0.3"


def nginx(text: str, port: int, upstream: int, folder: Path) -> tuple[Path, list[str]]:
    text = re.sub(r"server \{\s+listen 80.*?\n    \}\n", "", text, flags=re.DOTALL)
    text = text.replace("listen 443 ssl http2 default_server;", f"listen 127.0.0.1:{port};")
    text = re.sub(r"\n +(listen \[::\]:443|ssl_)[^\n]*", "", text)
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}").replace("$scheme", "https")
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = text.replace("server_tokens off;", f"server_tokens off; {temporary} error_log {folder}/error.log;")
    path = folder / "nginx.conf"
    path.write_text(f"pid {folder}/pid; daemon off;\n{text}", "utf-8")
    return path, ["nginx", "-c", str(path), "-e", str(folder / "start.log"), "-p", str(folder)]


def caddy(text: str, port: int, upstream: int, folder: Path) -> tuple[Path, list[str]]:
    text = text.replace("{\n\tservers", "{\n\tadmin off\n\tservers", 1).replace(
        "\nkini.example {", f"\nhttp://:{port} {{"
    )
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}").replace("{scheme}", "https")
    path = folder / "Caddyfile"
    path.write_text(text, "utf-8")
    return path, ["caddy", "run", "--config", str(path), "--adapter", "caddyfile"]


def haproxy(text: str, port: int, upstream: int, folder: Path) -> tuple[Path, list[str]]:
    text = re.sub(r"\n +(bind :80|bind :443|http-request redirect)[^\n]*", "", text)
    text = text.replace("frontend city", f"frontend city\n    bind 127.0.0.1:{port}")
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    path = folder / "haproxy.cfg"
    path.write_text(text, "utf-8")
    return path, ["haproxy", "-db", "-f", str(path)]


PROXIES: dict[str, tuple[str, str, Callable[..., tuple[Path, list[str]]]]] = {
    "nginx": ("nginx-light", "nginx.conf", nginx),
    "caddy": ("caddy", "Caddyfile", caddy),
    "haproxy": ("haproxy", "haproxy.cfg", haproxy),
}


@contextmanager
def in_front_of(name: str, upstream: int, folder: Path) -> Iterator[int]:
    """The proxy on a free loopback port."""
    package, file, adapted = PROXIES[name]
    if system_programs.find_or_install([name], package) is None:
        pytest.skip(f"{name} is not installed")
    port = free_port()
    _path, words = adapted((ROOT / "deploy" / file).read_text("utf-8"), port, upstream, folder)
    program = shutil.which(words[0]) or words[0]
    with (folder / "out.log").open("wb") as log, subprocess.Popen([program, *words[1:]], stdout=log, stderr=log) as run:
        try:
            wait_for(port, run, folder)
            yield port
        finally:
            run.terminate()


def wait_for(port: int, run: "subprocess.Popen[bytes]", folder: Path) -> None:
    until = time.monotonic() + 30
    while run.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError((folder / "out.log").read_text("utf-8", "replace"))


def connect(port: int, source: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 30, source_address=(source, 0))


def get(port: int, path: str, more: str = "", source: str = VISITOR) -> bytes:
    with connect(port, source) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: kini.example\r\nConnection: close\r\n{more}\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.fixture(scope="module")
def server() -> Iterator[ScratchCity]:
    """A production city behind one proxy."""
    env = {**production_city.production_env(), "KINI_HOSTS": "kini.example,127.0.0.1", "KINI_PROXIES": "1"}
    with scratch_city(PACK, env=env, migrated=migrated_server.copy_data) as scratch:
        yield scratch


@pytest.fixture(scope="module")
def upstream(server: ScratchCity) -> int:
    return int(server.serve().rpartition(":")[2])


@pytest.mark.parametrize("name", PROXIES)
def test_slow_clients_do_not_stop_another_visitor(upstream: int, name: str, tmp_path: Path):
    with in_front_of(name, upstream, tmp_path) as port:
        assert b" 200 " in get(port, "/services/").split(b"\r\n")[0]
        connections = [connect(port, SLOW) for _ in range(320)]
        for number, connection in enumerate(connections):
            whole = "POST /language HTTP/1.1\r\nHost: kini.example\r\nContent-Length: 90000\r\n\r\n" + "x" * 70_000
            try:
                connection.sendall(whole.encode() if number % 2 else b"GET / HTTP/1.1\r\nHost: ki")
            except OSError:  # refused already: one address holds only so many
                continue
        begun = time.monotonic()
        for _ in range(5):
            assert b" 200 " in get(port, "/services/").split(b"\r\n")[0]
        assert time.monotonic() - begun < 8
        for connection in connections:
            connection.close()


@contextmanager
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A server that records the heads of requests, and its port."""
    heads: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            while True:
                try:
                    connection, _peer = door.accept()
                except OSError:
                    return
                with connection:
                    heads.append(connection.recv(65536))
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

        Thread(target=serve, daemon=True).start()
        yield door.getsockname()[1], heads
        door.shutdown(socket.SHUT_RDWR)


def test_nginx_without_any_setting_speaks_the_protocol_that_a_first_look_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def plain(_text: str, port: int, upstream: int, folder: Path) -> tuple[Path, list[str]]:
        server = f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{upstream}; }} }}"
        return nginx(f"events {{}}\nhttp {{ server_tokens off; {server} }}", port, upstream, folder)

    monkeypatch.setitem(PROXIES, "nginx", (*PROXIES["nginx"][:2], plain))
    with listener() as (upstream, heads), in_front_of("nginx", upstream, tmp_path) as port:
        get(port, "/outbox/")
    assert [head for head in heads if head.startswith(b"GET /outbox/ HTTP/1.0\r\n")]


@pytest.mark.parametrize("name", PROXIES)
def test_the_server_learns_the_client_from_the_proxy_alone(name: str, tmp_path: Path):
    names = ("X-Forwarded-For: {}", "X_Forwarded_For: {}", "Forwarded: for={}", "X-Forwarded-Host: {}")
    claims = "".join(f"{name.format('203.0.113.9')}\r\n" for name in names)
    with listener() as (upstream, heads), in_front_of(name, upstream, tmp_path) as port:
        get(port, "/", claims)
    [head] = [head.decode().lower() for head in heads if head.startswith(b"GET / ")]
    assert f"x-forwarded-for: {VISITOR}\r\n" in head
    assert "x-forwarded-proto: https\r\n" in head
    assert "host: kini.example\r\n" in head
    for word in ("203.0.113.9", "_forwarded"):
        assert word not in head
