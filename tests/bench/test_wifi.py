"""A tiny run of the Wi-Fi benchmark against real FreeRADIUS, and its load generator; no speed is asserted."""

import hashlib
import hmac
import json
import shutil
import socket
from collections import Counter
from threading import Event, Thread

import pytest

from kini.bench.wifi import packets, radius_load
from kini.bench.wifi.packets import LIFE, Nas, SessionTraffic
from tests.bench.test_services import run
from tests.wifi.freeradius import needs_freeradius

WORKS = [
    "one indexed SELECT",
    "nearest ten (API)",
    "Access-Requests, stock rlm_sql",
    "Access-Requests",
    "sign-in by one tap",
    "accounting, 10000/s",
    "collector, backlog to table",
    "database away under 5000/s",
    "import of 10000 rows",
    "choosing 500 of 5000 places",
]
NAS = Nas("127.0.0.1", "ap-1", "00-10-A4-23-19-C0", b"sixteen-or-more-1")


@pytest.mark.long
@needs_freeradius
@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_a_tiny_run_measures_every_row_and_collects_everything(tmp_path):
    report_file = tmp_path / "rows.json"
    words = ["--devices", "2000", "--points", "300", "--seconds", "1", "--sustained", "2", "--rounds", "1"]
    done = run("-m", "kini.cli", "bench", "wifi", *words, "--json", str(report_file))
    assert done.returncode in (0, 1), done.stdout + done.stderr
    rows = json.loads(report_file.read_text("utf-8"))["rows"]
    assert [row["work"] for row in rows] == WORKS
    assert [row["work"] for row in rows if not row["per_second"]] == WORKS[-1:], "whose seconds alone count"
    assert [bool(row["seconds"]) for row in rows] == [False] * 7 + [True] * 3
    assert [bool(row["ratio"]) for row in rows] == [False, True, False, True] + [False] * 6
    assert next(row["errors"] for row in rows if row["work"] == "collector, backlog to table") == 0, done.stdout
    assert [row["errors"] for row in rows[-2:]] == [0, 0], done.stdout


@pytest.mark.parametrize("total", [1, 7, 95, 400])
def test_sessions_start_once_stop_once_and_say_everything_in_order(total):
    life = SessionTraffic("run", sessions=30)
    packets_sent = [*life.next(total // 2), *life.next(total - total // 2)]
    assert len(set(packets_sent)) == total
    steps: dict[tuple[str, str], list[int]] = {}
    for session, device, step in packets_sent:
        steps.setdefault((session, device), []).append(step)
    assert all(
        report_file == list(range(report_file[0], report_file[0] + len(report_file))) for report_file in steps.values()
    )
    assert all(report_file[0] == 0 for report_file in list(steps.values())[30:])
    assert Counter(step for *_names, step in packets_sent).keys() <= set(range(LIFE))


def test_requests_are_signed_and_hide_the_password():
    sent = packets.access_request(NAS, 7, packets.sample_mac(300), "a password of more than sixteen octets")
    assert (sent[:2], int.from_bytes(sent[2:4])) == (bytes((packets.ACCESS_REQUEST, 7)), len(sent))
    assert b"password" not in sent
    assert sent[-16:] == hmac.digest(NAS.secret, sent[:-16] + bytes(16), "md5")
    packet = packets.accounting_request(NAS, 8, "s", packets.sample_mac(300), LIFE - 1)
    assert (
        packet[4:20] == hashlib.md5(packet[:4] + bytes(16) + packet[20:] + NAS.secret, usedforsecurity=False).digest()
    )


def test_what_is_not_answered_is_lost_and_a_wrong_answer_is_told(monkeypatch):
    monkeypatch.setattr(radius_load, "LOST_SECONDS", 0.3)
    over = Event()
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.1)

        def answer() -> None:
            while not over.is_set():
                try:
                    request, sender = server.recvfrom(4096)
                except TimeoutError:
                    continue
                number = int.from_bytes(request[4:8])
                if number % 10:
                    server.sendto(bytes((packets.ACCESS_ACCEPT if number % 10 > 1 else 3, request[1])), sender)

        thread = Thread(target=answer)
        thread.start()
        built = radius_load.build_packets(1000, [NAS], lambda at, n: bytes((1, at.identifier, 0, 0)) + n.to_bytes(4))
        sent = radius_load.send(built, [NAS], server.getsockname()[1], packets.ACCESS_ACCEPT)
        over.set()
        thread.join()
    assert (sent.sent, sent.lost, sent.wrong, len(sent.waited)) == (1000, 100, 100, 800)
