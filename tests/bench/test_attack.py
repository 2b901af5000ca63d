"""The attack, small, on a scratch city; and that its probes notice what they should."""

import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from kini.bench.attack import requests, run
from kini.bench.attack.connections import Visitor
from kini.core.environment import ROOT


@pytest.mark.long
def test_the_city_holds():
    words = ["--connections", "300", "--uploads", "4"]
    env = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    env.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "kini.cli", "check", "attack", *words]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings." in done.stdout


class Weak(BaseHTTPRequestHandler):
    """A server that breaks at a NUL, and is slow everywhere."""

    def do_GET(self) -> None:
        time.sleep(0.05)
        self.send_response(500 if "%00" in self.path else 200)
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_words: object) -> None:
        pass


def test_a_server_that_breaks_is_found():
    with ThreadingHTTPServer(("127.0.0.1", 0), Weak) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        with Visitor(address) as visitor:
            count, findings = requests.run(address)
        server.shutdown()
    assert count > 150
    assert "%00 in /wifi/?near={} was answered with 500" in findings
    assert not any("Host" in finding for finding in findings)
    assert visitor.p99 >= 0.05
    assert visitor.failures == []


def test_server_errors_in_the_log_are_counted(tmp_path):
    log = tmp_path / "web.log"
    line = '{"event": "answered", "path": "%s", "status": %d}\n'
    log.write_text(line % ("/a/", 500) * 2 + line % ("/b/", 503) + line % ("/c/", 200) + "no line of JSON\n")
    assert run.server_errors(log) == ["2 requests to /a/ were answered with 500"]
