"""FreeRADIUS itself, with our configuration, asked by radclient on loopback."""

import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection

from kini.bench.wifi.radius_servers import free_port
from kini.core.crypto import decrypt
from kini.wifi import actions, config
from kini.wifi.inventory import list_parser
from kini.wifi.inventory.radius_secrets import secret_context
from kini.wifi.models import AccessPoint, Group
from kini.wifi.radius import authorization, database_role, freeradius
from tests.wifi.conftest import BY, WIFI
from tests.wifi.freeradius import access_request, needs_freeradius, running, way_to_database
from tests.wifi.radius.test_authorization import GROUPS, HEADER, PHONE, POINTS

pytestmark = [needs_freeradius, pytest.mark.django_db(transaction=True)]
PORTAL = "https://serena.example/wifi/"
LIMITS = set(authorization.GRANTED.values())
CORNER = {"Called-Station-Id": "00-10-A4-23-19-C2:Serena Livre"}


@pytest.fixture
def network(town: Path, tmp_path: Path) -> None:
    """The corner is always open, the park keeps hours; both are asked for from loopback addresses."""
    text = (WIFI + GROUPS).replace('hours: {monday: ["06:00-00:00"]}', "hours: {}")
    (town / "wifi.yaml").write_text(text, "utf-8")
    config._once.cache_clear()
    actions.load_policies(by=BY)
    path = tmp_path / "points.csv"
    path.write_text("\n".join((HEADER, *POINTS)), "utf-8")
    assert actions.import_points(by=BY, listed=list_parser.read_list(path)).faults == []


@pytest.fixture
def server(network: None, tmp_path: Path) -> Iterator[int]:
    """FreeRADIUS on a free port."""
    port = free_port()
    folder = tmp_path / "radius"
    freeradius.write_config(folder, host="127.0.0.1", port=port, portal=PORTAL)
    with running(folder):
        yield port


@pytest.fixture
def ask_of(network: None) -> Callable[[int], Callable[..., dict[str, str]]]:
    """Send an Access-Request and read the answer: its code under "code", then its attributes."""

    def of(port: int) -> Callable[..., dict[str, str]]:
        def run(
            source: str = "127.0.0.2", secret: str = "", sign: bool = True, silent: bool = False, **said: str
        ) -> dict[str, str]:
            attributes = {"User-Name": "x", "Calling-Station-Id": PHONE, **CORNER}
            attributes |= {name.replace("_", "-"): value for name, value in said.items()}
            return access_request(port, secret or secret_at(source), source, attributes, sign=sign, silent=silent)

        return run

    return of


@pytest.fixture
def ask(server: int, ask_of: Callable[..., Any]) -> Callable[..., dict[str, str]]:
    return ask_of(server)


def secret_at(source: str) -> str:
    point = AccessPoint.objects.get(nas_address=source)
    return decrypt(point.secret, secret_context(point.mac)).decode()


def accounted(port: int, mac: str = PHONE, status: str = "Stop", more: str = "") -> str:
    """Return the output of radclient for an accounting packet of the corner's access point."""
    text = f"""Packet-Src-IP-Address = 127.0.0.2, NAS-IP-Address = 127.0.0.2, User-Name = "x",
        Calling-Station-Id = "{mac}", Called-Station-Id = "{CORNER["Called-Station-Id"]}", Acct-Session-Id = "s1",
        Acct-Status-Type = {status}, Acct-Session-Time = 60, Acct-Input-Octets = 7, Acct-Input-Gigawords = 5,
        Acct-Terminate-Cause = User-Request{more}"""
    words = ["radclient", "-x", "-r", "1", "-t", "3", "--", f"127.0.0.1:{port}", "acct", secret_at("127.0.0.2")]
    return subprocess.run(words, input=" ".join(text.split()), capture_output=True, text=True, check=False).stdout


def test_a_known_device_is_let_in_with_its_limits(ask):
    actions.register_device(by=BY, mac=PHONE, group="resident", days=10)
    answer = ask()
    assert answer["code"] == "Access-Accept"
    assert (answer["Session-Timeout"], answer["Idle-Timeout"]) == ("3600", "300")
    assert (answer["WISPr-Bandwidth-Max-Down"], answer["Acct-Interim-Interval"]) == ("5000000", "300")
    assert "Message-Authenticator" in answer


def test_however_the_nas_writes_its_mac(ask):
    actions.register_device(by=BY, mac=PHONE, group="resident", days=10)
    for written in ("acde48001122", "ac:de:48:00:11:22", "ACDE.4800.1122", PHONE):
        assert ask(Calling_Station_Id=written)["code"] == "Access-Accept"
    for written in ("acde48001123", "no device", f"{PHONE}:more"):
        assert ask(Calling_Station_Id=written)["code"] == "Access-Reject"


def test_an_unknown_one_is_told_where_to_sign_in(ask):
    answer = ask()
    assert (answer["code"], answer["Reply-Message"]) == ("Access-Reject", f"sign-in {PORTAL}")
    assert not LIMITS & answer.keys()
    assert "Message-Authenticator" in answer


def test_a_voucher_is_a_password(ask):
    (code,) = actions.create_vouchers(by=BY, group="free", count=1, days=1, label="Sheet")
    answer = ask(User_Password=code)
    assert answer["code"] == "Access-Accept"
    assert 86_000 < int(answer["Session-Timeout"]) <= 86_400
    assert LIMITS & answer.keys() == {"Session-Timeout"}, "a limit that the group has not would be 0"
    other = "AC-DE-48-00-11-23"
    assert ask(Calling_Station_Id=other, User_Password="AAAAA-BBBBB")["code"] == "Access-Reject"
    assert ask(Calling_Station_Id=other, User_Password="' OR '1'='1")["code"] == "Access-Reject"


def test_a_closed_site_says_so(ask):
    actions.register_device(by=BY, mac=PHONE, group="resident", days=10)
    answer = ask("127.0.0.1", Called_Station_Id="00-10-A4-23-19-C0", NAS_Identifier="ap-p1")
    assert answer.get("Reply-Message") == f"closed {PORTAL}", answer


def test_a_secret_opens_only_its_own_access_point(ask):
    actions.register_device(by=BY, mac=PHONE, group="resident", days=10)
    answer = ask("127.0.0.2", NAS_Identifier="ap-p1")
    assert answer["Reply-Message"] == f"unknown-access-point {PORTAL}"


def test_what_is_not_signed_or_signed_wrongly_gets_no_answer(ask):
    actions.register_device(by=BY, mac=PHONE, group="resident", days=10)
    assert ask(sign=False, silent=True) == {}
    assert ask(secret="another-secret-of-24-chars", silent=True) == {}


def test_a_new_access_point_is_known_without_a_restart(ask, tmp_path, server):
    path = tmp_path / "more.csv"
    path.write_text(f"{HEADER}\nm1,Mill,square,38.7451,-9.4302,00:10:a4:23:19:c4,,127.0.0.3", "utf-8")
    actions.import_points(by=BY, listed=list_parser.read_list(path))
    freeradius.write_config(tmp_path / "radius", host="127.0.0.1", port=server, portal=PORTAL)
    answer = ask("127.0.0.3", Called_Station_Id="00-10-A4-23-19-C4")
    assert answer["Reply-Message"] == f"sign-in {PORTAL}"


def test_accounting_is_answered_once_it_is_written_down_and_counts_against_the_group(ask, server, tmp_path):
    actions.register_device(by=BY, mac=PHONE, group="resident", days=10)
    Group.objects.filter(pk="resident").update(daily_octets=5 * 2**32)
    assert ask()["code"] == "Access-Accept"
    point = AccessPoint.objects.get(nas_address="127.0.0.2")
    for _again in range(2):
        assert "Accounting-Response" in accounted(server + 1)
    result = actions.collect_packets(by=BY, folder=tmp_path / "radius" / "detail")
    assert (result.packets, result.rejected) == (2, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT octets_in, seconds, cause, access_point FROM wifi_session")
        assert cursor.fetchall() == [(5 * 2**32 + 7, 60, "User-Request", point.mac)]
    assert ask()["Reply-Message"] == f"used-up {PORTAL}"


def test_a_database_that_is_away_keeps_nobody_out_who_was_in_lately(network, tmp_path, monkeypatch, ask_of):
    actions.register_device(by=BY, mac=PHONE, group="resident", days=10)
    blocked = "AC-DE-48-00-11-23"
    actions.register_device(by=BY, mac=blocked, group="resident", days=10)
    known = connection.get_connection_params()
    way, cut = way_to_database(known, tmp_path)
    monkeypatch.setattr(connection, "get_connection_params", lambda: known | way)
    port = free_port()
    freeradius.write_config(tmp_path / "radius", host="127.0.0.1", port=port, portal=PORTAL)
    monkeypatch.undo()
    with running(tmp_path / "radius"):
        ask = ask_of(port)
        for mac in (PHONE, blocked):
            answer = ask(Calling_Station_Id=mac)
            assert answer["code"] == "Access-Accept"
            assert "Accounting-Response" in accounted(port + 1, mac, "Start", f", Class = {answer['Class']}")
        assert "Accounting-Response" in accounted(port + 1, "no device", "Start", f", Class = {answer['Class']}")
        actions.block_device(by=BY, mac=blocked, blocked=True)
        assert ask(Calling_Station_Id=blocked)["code"] == "Access-Reject"
        cut()
        answer = ask("127.0.0.1", NAS_Identifier="ap-p1", Calling_Station_Id="acde.4800.1122")
        assert (answer["code"], answer["Session-Timeout"]) == ("Access-Accept", str(freeradius.AWAY_SECONDS))
        assert (answer["WISPr-Bandwidth-Max-Down"], answer["Idle-Timeout"]) == ("5000000", "300")
        assert "Message-Authenticator" in answer
        assert ask(Calling_Station_Id=blocked, sign=False, silent=True) == {}
        assert ask(Calling_Station_Id=blocked, silent=True) == {}
        assert ask(Calling_Station_Id="AC-DE-48-00-11-24", silent=True) == {}
        assert ask(Calling_Station_Id="no device either", silent=True) == {}
        assert "Accounting-Response" in accounted(port + 1)
    collected = actions.collect_packets(by=BY, folder=tmp_path / "radius" / "detail")
    assert (collected.packets, collected.rejected) == (3, 1)


def test_files_with_secrets_are_their_owners_alone(network, tmp_path):
    folder = tmp_path / "radius"
    assert freeradius.write_config(folder, host="127.0.0.1", port=1812, portal=PORTAL).clients == 2
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    AccessPoint.objects.filter(nas_address="127.0.0.1").update(active=False)
    assert freeradius.write_config(folder, host="127.0.0.1", port=1812, portal=PORTAL).clients == 1
    assert [path.name for path in (folder / "clients4").iterdir()] == ["127.0.0.2"]


def test_identifiers_and_secrets_of_any_signs_are_known(ask, tmp_path, server):
    path = tmp_path / "signs.csv"
    row = '"ap (2), floor #3 + yard!",127.0.0.3,abcdefghijklmnop${x}%{y}'
    path.write_text(f"{HEADER},secret\nm1,Mill,square,38.7451,-9.4302,00:10:a4:23:19:c4,{row}", "utf-8")
    assert actions.import_points(by=BY, listed=list_parser.read_list(path)).faults == []
    freeradius.write_config(tmp_path / "radius", host="127.0.0.1", port=server, portal=PORTAL)
    answer = ask("127.0.0.3", NAS_Identifier="ap (2), floor #3 + yard!", Called_Station_Id="Mill")
    assert answer["Reply-Message"] == f"sign-in {PORTAL}"


@pytest.mark.skipif(not shutil.which("eapol_test"), reason="needs the package eapoltest")
@pytest.mark.parametrize("way", ["TTLS", "PEAP", "MD5"])
def test_whoever_tries_eap_is_refused_at_once_by_a_signed_answer(network, ask, server, tmp_path, way):
    """Also a known device, and with a voucher: an access point that took it for WPA-Enterprise would get no keys."""
    actions.register_device(by=BY, mac=PHONE, group="resident", days=10)
    (code,) = actions.create_vouchers(by=BY, group="free", count=1, days=1, label="Sheet")
    supplicant = tmp_path / "supplicant.conf"
    text = f'identity="x"\n password="{code}"\n phase2="auth=PAP"'
    supplicant.write_text(f"network={{\n key_mgmt=WPA-EAP\n eap={way}\n {text}\n}}\n", "utf-8")
    where = ["-a", "127.0.0.1", "-p", str(server), "-A", "127.0.0.2", "-s", secret_at("127.0.0.2")]
    more = ["-M", PHONE.replace("-", ":"), "-N", f"30:s:{CORNER['Called-Station-Id']}", "-t", "3", "-r", "0"]
    words = ["eapol_test", "-c", str(supplicant), *where, *more]
    result = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    answer = result.partition("RADIUS message: code=3 (Access-Reject)")[2]
    assert answer, result
    assert "Attribute 80 (Message-Authenticator)" in answer
    assert "no-eap" in answer
    assert "Invalid Message-Authenticator" not in result
    assert "(Access-Accept)" not in result
    assert ask()["code"] == "Access-Accept", "without EAP it comes in"


def test_what_freeradius_does_not_take_is_told(network, tmp_path):
    folder = tmp_path / "radius"
    freeradius.write_config(folder, host="127.0.0.1", port=1812, portal=PORTAL)
    path = folder / "radiusd.conf"
    path.write_text(path.read_text("utf-8").replace("rlm_sql_postgresql", "rlm_sql_nothing"), "utf-8")
    assert "rlm_sql_nothing" in freeradius.check_config(folder)


@pytest.mark.long
def test_what_is_accounted_is_in_the_database_within_seconds_where_the_command_runs_it(network, tmp_path):
    port, folder = free_port(), tmp_path / "radius"
    at = connection.settings_dict
    url = f"postgresql:///{at['NAME']}?{urlencode({'host': at['HOST'], 'port': at['PORT'], 'user': at['USER']})}"
    env = os.environ | {"DATABASE_URL": url, "KINI_CITY": str(settings.CITY_PATH), "KINI_VAR": str(tmp_path)}
    words = [sys.executable, "-m", "kini.cli", "wifi", "radius", "--run", "--port", str(port), "--folder", str(folder)]
    password, text = database_role.connection_parameters()["password"], []
    with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as command:
        assert command.stdout is not None
        try:
            for line in command.stdout:
                text.append(line)
                if "Ready to process requests" in line:
                    break
            assert "Accounting-Response" in accounted(port + 1)
            until, result = time.monotonic() + 30, []
            with connection.cursor() as cursor:
                while not result and time.monotonic() < until:
                    cursor.execute("SELECT seconds FROM wifi_session")
                    result = cursor.fetchall() or time.sleep(0.05)
        finally:
            command.terminate()
            text += command.stdout.readlines()
    assert result == [(60,)], text
    assert "1 packets loaded" in "".join(text)
    assert password not in "".join(text)
    assert command.returncode == 0


def test_a_memory_that_is_full_keeps_nobody_out(network, tmp_path, ask_of):
    port, devices = free_port(), [f"AC-DE-48-00-11-{n}" for n in range(30, 33)]
    freeradius.write_config(tmp_path / "radius", host="127.0.0.1", port=port, portal=PORTAL, remember=1)
    for mac in devices:
        actions.register_device(by=BY, mac=mac, group="resident", days=10)
    with running(tmp_path / "radius"):
        ask = ask_of(port)
        for mac in devices * 2:
            answer = ask(Calling_Station_Id=mac)
            assert answer["code"] == "Access-Accept"
            assert "Accounting-Response" in accounted(port + 1, mac, "Start", f", Class = {answer['Class']}")
        actions.block_device(by=BY, mac=devices[0], blocked=True)
        assert ask(Calling_Station_Id=devices[0])["code"] == "Access-Reject"


def test_as_many_are_remembered_as_there_is_room_for_at_once(network, tmp_path, monkeypatch):
    monkeypatch.setattr(freeradius, "LEAST_KNOWN", 10)
    AccessPoint.objects.filter(nas_address="127.0.0.1").update(capacity=20)
    AccessPoint.objects.filter(nas_address="127.0.0.2").update(capacity=None)
    freeradius.write_config(tmp_path / "radius", host="127.0.0.1", port=1812, portal=PORTAL)
    assert "max_entries = 70\n" in (tmp_path / "radius" / "radiusd.conf").read_text("utf-8")
