"""A made-up day that access points tell FreeRADIUS of: everything that was sent is in the database afterwards."""

import argparse
import hashlib
import socket
import time
from collections import Counter
from datetime import timedelta
from threading import Thread

import numpy as np
import pytest
from django.conf import settings
from django.db import connection

from kini.bench.wifi.radius_servers import free_port
from kini.core import command_line
from kini.web.formats import today
from kini.wifi import actions, config
from kini.wifi.commands import simulate as wifi_simulate
from kini.wifi.inventory import sample_data
from kini.wifi.models import AccessPoint
from kini.wifi.radius import freeradius, packets
from kini.wifi.radius.packets import AccountingUpdate, Nas
from kini.wifi.simulate import replay, sample_month
from kini.wifi.simulate.replay import SessionEvent
from tests.wifi.conftest import BY, WIFI
from tests.wifi.freeradius import needs_freeradius, running

POINTS, PEOPLE = 30, 600


@pytest.fixture
def open_town(town):
    """Parks are always open, whatever day it is."""
    (town / "wifi.yaml").write_text(WIFI.replace(', hours: {monday: ["06:00-00:00"]}', ""), "utf-8")
    config._once.cache_clear()
    actions.create_sample_points(by=BY, count=POINTS)


@pytest.fixture
def day():
    """The day before yesterday: every session of it is over."""
    return today() - timedelta(days=2)


@pytest.fixture
def simulate(open_town, tmp_path, day):
    """The command for that day, with more words."""

    def run(*more):
        words = argparse.ArgumentParser()
        wifi_simulate.arguments(words)
        arguments = ["--people", str(PEOPLE), "--points", str(POINTS), "--days", "1", "--first", str(day)]
        return wifi_simulate.run(
            words.parse_args([*arguments, "--folder", str(tmp_path), "--radius-rate", "5000", *more])
        )

    return run


def made(day):
    network = config.network()
    where = sample_month.build_world(
        network, [each.value for each in sample_data.sample_points(network, POINTS).rows], 1
    )
    return sample_month.simulate_sessions(where, day, PEOPLE, 1)


@needs_freeradius
@pytest.mark.django_db(transaction=True)
def test_everything_that_was_sent_is_in_the_database_at_its_place_and_time(simulate, day, capsys):
    folder, port = settings.VAR_PATH / "radius", free_port()
    freeradius.write_config(folder, host="127.0.0.1", port=port, portal="")
    with running(folder):
        assert simulate("--radius-port", str(port + 1)) == 0
    columns = made(day)
    assert f"of {len(columns['begin'])} sessions sent" in capsys.readouterr().out
    while actions.collect_packets(by=BY, folder=folder / "detail").read:
        pass
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.code, w.day, w.octets_in, w.octets_out, w.seconds, w.stopped_at IS NOT NULL FROM wifi_session w"
            " JOIN wifi_accesspoint p ON p.id = wifi_point(w.nas, w.access_point) JOIN wifi_site s ON s.id = p.site_id"
        )
        times = Counter(cursor.fetchall())
    events = zip(*(columns[name].tolist() for name in ("site", "octets_in", "octets_out", "length")), strict=True)
    assert times == Counter((site, day, *numbers, True) for site, *numbers in events)
    assert times.total() > 20


@pytest.mark.django_db
def test_what_is_missing_is_said_with_what_to_do(simulate, monkeypatch, day):
    with pytest.raises(command_line.CommandError, match="wifi radius --run starts it"):
        simulate()
    assert set(AccessPoint.objects.values_list("nas_address", flat=True)) == {
        f"127.64.0.{n + 1}" for n in range(POINTS)
    }
    (settings.VAR_PATH / "radius" / "clients4").mkdir(parents=True)
    (settings.VAR_PATH / "radius" / "clients6").mkdir()
    (settings.VAR_PATH / "radius" / "radiusd.conf").touch()
    monkeypatch.setattr(replay, "PATIENCE", 0.05)
    with pytest.raises(command_line.CommandError, match="does not answer"):
        simulate("--radius-port", str(free_port()))
    with pytest.raises(command_line.CommandError, match="wifi generate"):
        simulate("--points", "40")
    for first in (today(), today() - timedelta(days=40)):
        with pytest.raises(command_line.CommandError, match="must be over"):
            simulate("--first", str(first))


@pytest.mark.django_db
def test_a_day_that_goes_on_is_told_until_now(open_town):
    places = {point.site.code: number for number, point in enumerate(AccessPoint.objects.all())}
    events = list(replay.session_events(today(), made(today()), places, "x"))
    assert all(event.at <= time.time() for event in events)
    assert [event.at for event in events] == sorted(event.at for event in events)


def test_a_session_is_told_of_from_its_start_through_updates_to_its_end():
    times = list(replay.update_times(np.array([500, 100]), np.array([301, 20])))
    assert times == [(100, 1, 0), (120, 1, 20), (500, 0, 0), (800, 0, 300), (801, 0, 301)]


def test_what_is_not_answered_is_sent_again_with_its_age_of_then(monkeypatch):
    monkeypatch.setattr(replay, "PATIENCE", 0.05)
    nas = [Nas(f"127.64.0.{n}", "", "02-00-00-00-00-01", b"sixteen-or-more-1") for n in (1, 2)]
    events = [
        SessionEvent(n % 2, int(time.time()) - 90, AccountingUpdate(packets.START, f"s{n}", packets.sample_mac(n)))
        for n in range(8)
    ]
    came: list[tuple[str, bytes]] = []
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            tries: Counter[bytes] = Counter()
            while True:
                request, sender = server.recvfrom(4096)
                if not request:
                    return
                came.append((sender[0], request))
                session = request[28:30]
                tries[session] += 1
                if session != b"s7" and tries[session] > int(session[1:]) % 2:
                    head = bytes((packets.ACCOUNTING_RESPONSE, request[1], 0, 20))
                    mark = hashlib.md5(head + request[4:20] + nas[0].secret, usedforsecurity=False).digest()
                    server.sendto(head + bytes(16), sender)  # by somebody who does not know the secret
                    server.sendto(head + mark, sender)

        thread = Thread(target=answer)
        thread.start()
        times = replay.replay_events(iter(events), nas, server.getsockname()[1], 1_000)
        with socket.socket(type=socket.SOCK_DGRAM) as end:
            end.sendto(b"", server.getsockname())
        thread.join()
    assert (times.answered, times.again, times.lost) == (7, 3 + replay.SENDS - 1, 1)
    assert len(came) == 8 + times.again
    assert {address for address, _packet in came} == {"127.64.0.1", "127.64.0.2"}
    assert {int.from_bytes(packet[packet.index(b"\x29\x06") + 2 :][:4]) for _address, packet in came} <= {90, 91, 92}
    assert len({(address, packet[1]) for address, packet in came}) == len(came)
