"""Hostile detail files and redirects: processing goes on, nothing is lost, and no log contains a device."""

import logging
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote_from_bytes

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from structlog.stdlib import ProcessorFormatter

from kini.core import current_time
from kini.core.crypto import hmac_pads
from kini.core.models import AuditEntry, OutboxMessage
from kini.people.code_limits import GUESSES_FOR_CONTACT
from kini.wifi import actions
from kini.wifi.accounting import detail_file, spool
from kini.wifi.portal import pages
from kini.wifi.portal.vendors import VENDORS
from kini.wifi.radius import authorization
from tests.wifi.accounting.test_spool import NOW, collected, folder, sessions, told, write  # noqa: F401 -- fixtures
from tests.wifi.conftest import BY
from tests.wifi.portal.test_portal import (  # noqa: F401 -- fixtures
    NUMBER,
    arrive,
    coovachilli,
    form,
    network,
    noon,
    outbox,
)
from tests.wifi.portal.test_vendors import NAMES
from tests.wifi.radius.test_authorization import PHONE, decided

#: The fixture's tables are as they were after each example; few examples, as each is a transaction.
FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
NAMED = ("User-Name", "Acct-Session-Id", "NAS-Identifier", "Called-Station-Id", "Acct-Terminate-Cause")
VALUES = st.text(max_size=40) | st.sampled_from(
    ["", "\x00", "\\", "\\N", "\t", '"', "' OR 1=1", "é" * 300, "\u2028", "\ud7ff"]
)
NUMBERS = st.integers(-5, 2**70).map(str) | st.sampled_from(["", "1e9", "٣", "0x10", "4294967295", " 7"])
RECORDS = st.builds(
    lambda texts, numbers, at, seconds: told(at=at, seconds=seconds, **texts, **numbers),
    st.dictionaries(st.sampled_from([name.replace("-", "_") for name in NAMED]), VALUES, max_size=3),
    st.dictionaries(
        st.sampled_from(["Acct_Input_Octets", "Acct_Output_Gigawords", "Acct_Delay_Time"]), NUMBERS, max_size=2
    ),
    st.integers(-10, 2**41) | st.just(NOW),
    st.integers(0, 2**34),
)
JUNK = st.binary(max_size=200) | RECORDS.map(lambda text: text.encode("utf-8", "replace"))


@FEW
@given(parts=st.lists(JUNK, max_size=6))
@example(parts=[b"\tAcct-Status-Type = Stop\n\n", b"Wed Nov 25 20:52:42 2026\n\n", b"\n\n\n\n"])
def test_whatever_stands_in_a_file_good_records_around_it_come_in(network, folder, parts):  # noqa: F811
    with transaction.atomic():
        path = folder / "packets-2026112312"
        wedge = b"".join(part.rstrip(b"\n") + b"\n\n" for part in parts)
        path.write_bytes(told(session="first").encode() + wedge + told(session="last").encode())
        packets, rejected = collected(folder)
        assert packets >= 2
        assert {reviewed["handle"][0] for reviewed in sessions()} >= {"first", "last"}
        logged = AuditEntry.objects.filter(action="wifi.records-rejected").values_list("detail", flat=True)
        assert sum(entry["count"] for entry in logged) == rejected
        transaction.set_rollback(True)
    for each in folder.iterdir():
        each.unlink()


@given(at=st.integers(1, 400))
def test_a_record_that_freeradius_never_finished_does_not_spoil_the_next(at):
    """It fell while it wrote, and went on in the same file when it was started again."""
    cut = told("Stop", session="cut").encode()[: min(at, len(told("Stop", session="cut")) - 3)]
    whole = told("Interim-Update", session="whole", seconds=5).encode()
    results = list(detail_file.split_records(cut + whole))
    packet = detail_file.parse_packet(results[-1][1])
    assert (packet.session, packet.status, packet.seconds) == ("whole", "interim", 5)
    assert [finished for _end, _record, finished in results] == [False] * (len(results) - 1) + [True]


def test_the_rest_of_a_file_that_was_never_finished_is_set_aside(network, folder):  # noqa: F811
    write(folder, told(), told("Stop")[:-30])
    assert collected(folder) == (1, 0)
    with current_time.freeze(datetime.now(UTC) + timedelta(seconds=spool.SILENT + 60)):
        results = actions.collect_packets(by=BY, folder=folder)
    assert (results.packets, results.rejected) == (0, 1)
    (rejected_file,) = folder.iterdir()
    assert "Acct-Status-Type = Stop" in rejected_file.read_text("utf-8")


def test_a_file_stays_until_what_was_never_finished_in_it_is_set_aside(network, folder):  # noqa: F811
    write(folder, told("Stop")[:-30])
    later = datetime.now(UTC) + timedelta(seconds=spool.SILENT + 60)
    rejected_file = folder / f"{spool.REJECTED}{later:%Y%m%d}"
    rejected_file.mkdir()
    with current_time.freeze(later):
        with pytest.raises(IsADirectoryError):
            actions.collect_packets(by=BY, folder=folder)
        rejected_file.rmdir()
        assert actions.collect_packets(by=BY, folder=folder).rejected == 1
    assert [each.name for each in folder.iterdir()] == [rejected_file.name]


def test_what_is_written_after_a_part_was_read_ahead_comes_in(network, folder, monkeypatch):  # noqa: F811
    monkeypatch.setattr(spool, "CHUNK", len(told()))
    write(folder, told())
    later = datetime.now(UTC) + timedelta(seconds=spool.SILENT + 60)
    with current_time.freeze(later):
        assert actions.collect_packets(by=BY, folder=folder).packets == 1
        _part, ahead = spool._ahead._part
        assert ahead.result().records == []
        write(folder, told(session="s2"))
        assert actions.collect_packets(by=BY, folder=folder).packets == 1


def test_what_was_read_ahead_waits_while_an_older_file_is_looked_at(network, folder, monkeypatch):  # noqa: F811
    monkeypatch.setattr(spool, "CHUNK", len(told()))
    write(folder, told(), name="packets-2026112312")
    write(folder, told(session="s2"), told(session="s3"), told(session="s4"), name="packets-2026112313")
    read, parts = spool._read, []
    monkeypatch.setattr(spool, "_read", lambda *part: parts.append(part) or read(*part))
    assert [actions.collect_packets(by=BY, folder=folder).packets for _part in range(4)] == [1, 1, 1, 1]
    newer = [part for part in parts if part[0].name == "packets-2026112313"]
    assert len(newer) == len(set(newer)) >= 3


def test_what_cannot_be_read_stands_in_nobodys_way(network, folder, caplog):  # noqa: F811
    (folder / "packets-2026112300").mkdir()
    (folder / "packets-2026112301").symlink_to("/proc/self/mem")
    (folder / "packets-2026112302").symlink_to(folder / "nowhere")
    write(folder, told())
    assert collected(folder) == (1, 0)
    assert "packets-2026112301" in caplog.text


def test_a_file_that_became_another_is_read_anew(network, folder):  # noqa: F811
    write(folder, told(), told(session="s2"))
    assert collected(folder) == (2, 0)
    (folder / "packets-2026112312").write_text(told(session="s3"), "utf-8")
    assert collected(folder) == (1, 0)
    assert collected(folder) == (0, 0)
    assert len(sessions()) == 3


BYTES = st.binary(max_size=60).map(quote_from_bytes) | st.sampled_from(
    ["%00", "%ff", "%ED%A0%80", PHONE, "http://[", "x" * 3000]
)
QUERIES = st.dictionaries(st.sampled_from([*NAMES, "res", "a", "userurl"]), BYTES, max_size=8)


@FEW
@given(sort=st.sampled_from([*sorted(VENDORS), "unknown"]), parameters=QUERIES)
def test_any_address_that_a_browser_brings_is_answered(network, client, sort, parameters):  # noqa: F811
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    for path in (f"/wifi/portal/{sort}/", "/guest/s/default/", "/wifi/portal/", "/wifi/captive/q1/"):
        response = client.get(f"{path}?{query}")
        assert response.status_code in (200, 302, 400, 404), path
    response = client.post("/wifi/portal/enter/", query, content_type="application/x-www-form-urlencoded")
    assert response.status_code in (200, 302, 400, 410)


def typed(client, code, mac=PHONE):
    point = coovachilli()
    point.more = {"mac": mac}
    fields = form(arrive(client, point), "voucher") | {"voucher": code}
    return client.post("/wifi/portal/enter/", fields).status_code


def test_codes_of_sheets_cannot_be_tried_out(network, client, monkeypatch):  # noqa: F811
    most = pages.VOUCHER_TRIES.count
    assert [typed(client, "AAAAA-AAAAA") for _n in range(most + 1)] == [422] * most + [429]
    (code,) = actions.create_vouchers(by=BY, group="free", count=1, days=2, label="School")
    assert typed(client, code) == 429, "the right one as well"
    monkeypatch.setattr(pages, "VOUCHER_ADDRESS", replace(pages.VOUCHER_ADDRESS, count=most + 3))
    results = [typed(client, "AAAAA-AAAAA", f"AC-DE-48-00-22-0{number}") for number in range(4)]
    assert results[0] == 422
    assert results[-1] == 429, "other devices of the same address"


def test_codes_of_phones_cannot_be_tried_out(network, client):  # noqa: F811
    page = arrive(client, coovachilli())
    client.post("/wifi/portal/enter/", form(page, "phone") | {"phone": NUMBER})
    token = form(page, "phone")["a"]
    most = GUESSES_FOR_CONTACT.count
    answers = [client.post("/wifi/portal/code/", {"a": token, "code": "000000"}).status_code for _n in range(most + 1)]
    assert set(answers[:2]) == {422}
    right = re.search(r"#(\d{6})", OutboxMessage.objects.latest("pk").text)[1]
    response = client.post("/wifi/portal/code/", {"a": token, "code": right})
    assert response.status_code != 302 or "logon" not in response["Location"]


def test_no_log_says_which_device_or_phone_it_was(network, client, folder, caplog, run_jobs):  # noqa: F811
    caplog.set_level(logging.DEBUG)
    point = coovachilli()
    page = arrive(client, point)
    client.post("/wifi/portal/enter/", form(page, "phone") | {"phone": NUMBER}, follow=True)
    client.post("/wifi/portal/enter/", form(page, "phone") | {"phone": NUMBER[:7]})
    client.post("/wifi/portal/enter/", form(page, "voucher") | {"voucher": PHONE})
    client.get("/wifi/captive/q1/", {"mac": PHONE})
    client.get("/guest/s/default/", {"id": PHONE, "ap": "00-10-A4-23-19-C2"})
    client.get("/wifi/portal/mikrotik/", {"mac": "not " + PHONE})
    decided(password="AAAAA-AAAAA")
    write(folder, told(User_Name=f'"{PHONE}"'), told("Nonsense"), told(station="phone " + PHONE))
    assert collected(folder) == (1, 2)
    actions.block_device(by=BY, mac=PHONE, blocked=True)
    run_jobs()
    (ours,) = (each for each in logging.getLogger().handlers if isinstance(each.formatter, ProcessorFormatter))
    logged = "\n".join(map(ours.format, caplog.records))
    assert "answered" in logged
    plain = re.sub(r"[-:. ]", "", logged).upper()
    assert PHONE.replace("-", "") not in plain
    assert NUMBER[4:] not in plain
    assert hmac_pads(authorization.DEVICE).hex().upper() not in plain
