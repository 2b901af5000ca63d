"""Admission decisions of the database, compared with the same rules in Python."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Thread

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kini.core import current_time
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.core.crypto import hmac_pads, keyed_hash
from kini.core.models import AuditEntry
from kini.wifi import actions, config
from kini.wifi.models import AccessPoint, Device, Group, Site, SiteKind, Voucher
from kini.wifi.radius import authorization
from tests.wifi.conftest import BY, WIFI

HEADER = "site,name,kind,latitude,longitude,mac,nas_identifier,nas_address"
POINTS = (
    "p1,Park,park,38.7302,-9.4751,00:10:a4:23:19:c0,ap-p1,127.0.0.1",
    "q1,Corner,square,38.7451,-9.4301,00:10:a4:23:19:c2,,127.0.0.2",
)
GROUPS = """
groups:
  resident: {name: Residents, session_minutes: 60, idle_minutes: 5, down_kbps: 5000, up_kbps: 1000}
  free: {name: Everybody}
"""
PHONE = "AC-DE-48-00-11-22"
#: A Monday, when the park is open from six to midnight.
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
AT_PARK = {"called": "00-10-A4-23-19-C0:Serena Livre", "nas": "ap-p1", "source": "127.0.0.1"}
#: Which is always open.
AT_CORNER = {"called": "00-10-A4-23-19-C2", "nas": "", "source": "127.0.0.2"}


@pytest.fixture
def network(town, bring):
    (town / "wifi.yaml").write_text(WIFI + GROUPS, "utf-8")
    config._once.cache_clear()
    actions.load_policies(by=BY)
    assert bring(*POINTS, header=HEADER).faults == []


def decided(at=NOON, calling=PHONE, password="", chap="", challenge="", **where):
    """Return the answer of the function at a moment."""
    values = {**AT_PARK, **where}
    words = [calling, values["called"], values["nas"], values["source"], password, chap, challenge]
    keys = [hmac_pads(purpose) for purpose in (authorization.DEVICE, authorization.VOUCHER, authorization.PASS)]
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * 10)
        columns = ", ".join(authorization.ATTRIBUTES)
        cursor.execute(f"SELECT {columns} FROM wifi_decide({marks}, 'Europe/Lisbon', %s)", [*words, *keys, at])
        return authorization.reply_attributes(cursor.fetchone())


def known(group="resident", days=10, at=NOON):
    with current_time.freeze(at):
        return actions.register_device(by=BY, mac=PHONE, group=group, days=days)


def refused(reason):
    return {"Auth-Type": "Reject", "Reply-Message": reason}


def test_a_known_device_comes_in_with_the_limits_of_its_group(network):
    known()
    assert decided() == {
        "Auth-Type": "Accept",
        "Session-Timeout": "3600",
        "Idle-Timeout": "300",
        "WISPr-Bandwidth-Max-Down": "5000000",
        "WISPr-Bandwidth-Max-Up": "1000000",
    }


def test_an_unknown_device_signs_in(network):
    assert decided() == refused("sign-in")
    assert decided(password="AAAAA-AAAAA") == refused("sign-in")


def test_a_device_is_forgotten_by_its_day_and_by_hand(network):
    known(days=1)
    assert decided(at=NOON + timedelta(hours=24), **AT_CORNER) == refused("sign-in")
    assert actions.forget_device(by=BY, mac=PHONE)
    assert decided() == refused("sign-in")
    assert not actions.forget_device(by=BY, mac=PHONE)


def test_a_blocked_device_stays_out_with_whatever_it_shows(network):
    actions.block_device(by=BY, mac=PHONE, blocked=True)
    with current_time.freeze(NOON):
        (code,) = actions.create_vouchers(by=BY, group="free", count=1, days=2, label="School")
    assert decided(password=code) == refused("blocked")
    known()
    assert decided() == refused("blocked")
    assert not actions.forget_device(by=BY, mac=PHONE)
    actions.block_device(by=BY, mac=PHONE, blocked=False)
    assert decided()["Auth-Type"] == "Accept"


def test_a_voucher_lets_in_until_it_ends_or_is_withdrawn(network):
    with current_time.freeze(NOON):
        code, other = actions.create_vouchers(by=BY, group="free", count=2, days=2, label="School")
    assert len({code, other}) == 2
    assert decided(at=NOON - timedelta(seconds=1), password=code) == refused("sign-in")
    decision = decided(password=code.lower().replace("-", " "), **AT_CORNER)
    assert decision == {"Auth-Type": "Accept", "Session-Timeout": str(2 * 86400)}
    assert decided(at=NOON + timedelta(days=1), **AT_CORNER)["Auth-Type"] == "Accept"
    assert decided(at=NOON + timedelta(days=2), password=code, **AT_CORNER) == refused("sign-in")
    with current_time.freeze(NOON):
        assert actions.withdraw_vouchers(by=BY, label="School") == 2
    assert decided(at=NOON + timedelta(minutes=1), password=code) == refused("sign-in")
    assert decided(at=NOON + timedelta(minutes=1), password=other) == refused("sign-in")


def test_a_voucher_for_so_many_devices_lets_in_no_more(network):
    with current_time.freeze(NOON):
        (code,) = actions.create_vouchers(by=BY, group="free", count=1, days=2, label="School", devices=2)
    phones = [f"AC-DE-48-00-22-0{n}" for n in range(3)]
    answers = [decided(calling=phone, password=code)["Auth-Type"] for phone in (*phones[:2], *phones)]
    assert answers == ["Accept", "Accept", "Accept", "Accept", "Reject"]
    assert decided(calling=phones[2], password=code) == refused("voucher-used")
    actions.forget_device(by=BY, mac=phones[0])
    assert Voucher.objects.get().uses == 2


def test_a_closed_site_lets_nobody_in_and_an_open_one_no_longer_than_it_is_open(network):
    known()
    assert decided(at=NOON.replace(hour=5)) == refused("closed")
    assert decided(at=NOON.replace(hour=23, minute=30))["Session-Timeout"] == "1800"
    assert decided(at=NOON + timedelta(days=1)) == refused("closed")
    assert (
        decided(at=NOON.replace(hour=5), called="00-10-A4-23-19-C2", nas="", source="127.0.0.2")["Auth-Type"]
        == "Accept"
    )


def test_an_access_point_speaks_for_itself_alone(network):
    known()
    assert decided(source="127.0.0.2") == refused("unknown-access-point")
    assert decided(nas="nobody", called="nothing") == refused("unknown-access-point")
    assert decided(calling="") == refused("unknown-access-point")
    AccessPoint.objects.filter(nas_identifier="ap-p1").update(active=False)
    assert decided() == refused("unknown-access-point")
    AccessPoint.objects.update(active=True)
    Site.objects.update(active=False)
    assert decided() == refused("unknown-access-point")


def test_a_group_that_is_gone_lets_nobody_in(network, town):
    known()
    (town / "wifi.yaml").write_text(WIFI, "utf-8")
    config._once.cache_clear()
    actions.load_policies(by=BY)
    assert decided() == refused("sign-in")
    with pytest.raises(ActionRefused):
        actions.register_device(by=BY, mac=PHONE, group="resident", days=1)


@dataclass(frozen=True)
class Case:
    """A situation: everything that a decision looks at."""

    minute: int
    day: int
    group: tuple[int | None, int | None]
    device_minutes: int | None
    blocked: bool
    voucher_minutes: tuple[int, int] | None
    withdrawn: bool


SITUATIONS = st.builds(
    Case,
    minute=st.integers(0, 1439),
    day=st.integers(0, 6),
    group=st.tuples(st.none() | st.integers(1, 100_000), st.none() | st.integers(1, 10**7)),
    device_minutes=st.none() | st.integers(-10, 2000),
    blocked=st.booleans(),
    voucher_minutes=st.none() | st.tuples(st.integers(-500, 500), st.integers(1, 900)),
    withdrawn=st.booleans(),
)
CODE = "ABCDE12345"


def plainly(case, at):
    """The rules in words of Python: (attributes)."""
    opens = [(8 * 60, 12 * 60), (13 * 60, 24 * 60)] if case.day < 5 else []
    closing = next((end - case.minute for begin, end in opens if begin <= case.minute < end), 0) * 60
    if not closing:
        return refused("closed")
    if case.device_minutes is not None and case.blocked:
        return refused("blocked")
    left = None
    if case.device_minutes is not None and case.device_minutes > 0:
        left = case.device_minutes
    elif case.voucher_minutes and not case.withdrawn:
        begin, length = case.voucher_minutes
        left = begin + length if begin <= 0 < begin + length else None
    if left is None:
        return refused("sign-in")
    session, down = case.group
    rows = {
        "Auth-Type": "Accept",
        "Session-Timeout": str(min(each for each in (session, closing, left * 60) if each is not None)),
        "WISPr-Bandwidth-Max-Down": None if down is None else str(down),
    }
    return {name: value for name, value in rows.items() if value is not None}


#: What a test changes is undone before the next example.
ONE_FIXTURE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@ONE_FIXTURE
@given(case=SITUATIONS)
def test_every_situation_is_decided_as_the_rules_say(network, case):
    week = {day: ["08:00-12:00", "13:00-00:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
    # 23 November 2026 is a Monday, and the town keeps UTC then.
    at = datetime(2026, 11, 23 + case.day, tzinfo=UTC) + timedelta(minutes=case.minute)
    with transaction.atomic():
        SiteKind.objects.filter(pk="park").update(hours=week)
        Group.objects.filter(pk="free").update(session_seconds=case.group[0], down_bps=case.group[1])
        if case.device_minutes is not None:
            ends = at + timedelta(minutes=case.device_minutes)
            mark = keyed_hash(PHONE, authorization.DEVICE)
            Device.objects.create(mark=mark, group_id="free", expires_at=ends, blocked_at=at if case.blocked else None)
        if case.voucher_minutes:
            starts = at + timedelta(minutes=case.voucher_minutes[0])
            Voucher.objects.create(
                mark=authorization.voucher_hash(CODE),
                group_id="free",
                starts_at=starts,
                ends_at=starts + timedelta(minutes=case.voucher_minutes[1]),
                withdrawn_at=at if case.withdrawn else None,
            )
        decision = decided(at=at, password=CODE)
        transaction.set_rollback(True)
    assert decision == plainly(case, at)


@ONE_FIXTURE
@given(value=st.text(max_size=40).filter(lambda text: "\0" not in text))
def test_the_database_marks_as_the_program_does(db, value):
    with connection.cursor() as cursor:
        cursor.execute("SELECT wifi_mark(%s, %s)", [value, hmac_pads("wifi device")])
        assert bytes(cursor.fetchone()[0]) == keyed_hash(value, "wifi device")


def test_blocks_are_those_of_the_standard():
    blocks = hmac_pads("x")
    key = bytes(byte ^ 0x36 for byte in blocks[:64])
    assert hmac.digest(key, b"value", hashlib.sha256) == keyed_hash("value", "x")


def test_no_mac_and_no_code_is_kept_or_told(network):
    known()
    with current_time.freeze(NOON):
        codes = actions.create_vouchers(by=BY, group="free", count=3, days=1, label="Sheet")
    logged = str(list(AuditEntry.objects.values_list("subject", "detail")))
    assert PHONE not in logged
    assert not any(code in logged for code in codes)
    assert all(len(bytes(mark)) == 32 for mark in Device.objects.values_list("mark", flat=True))


def test_what_is_asked_for_wrongly_is_refused_in_words(network):
    for wrong in (
        lambda: actions.register_device(by=BY, mac="phone", group="free", days=1),
        lambda: actions.register_device(by=BY, mac=PHONE, group="nobody", days=1),
        lambda: actions.register_device(by=BY, mac=PHONE, group="free", days=0),
        lambda: actions.create_vouchers(by=BY, group="free", count=0, days=1, label=""),
    ):
        with pytest.raises(ActionRefused):
            wrong()
    by = Actor(ActorKind.RESIDENT, 1)
    for operation in (
        lambda: actions.load_policies(by=by),
        lambda: actions.create_vouchers(by=by, group="free", count=1, days=1, label=""),
        lambda: actions.withdraw_vouchers(by=by, label=""),
        lambda: actions.register_device(by=by, mac=PHONE, group="free", days=1),
        lambda: actions.block_device(by=by, mac=PHONE, blocked=True),
        lambda: actions.forget_device(by=by, mac=PHONE),
    ):
        with pytest.raises(NotAllowed):
            operation()


def test_policies_loaded_again_change_nothing(network):
    assert actions.load_policies(by=BY) == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE wifi_voucher SET ends_at = starts_at",
        "UPDATE wifi_voucher SET mark = '\\x00'",
        "UPDATE wifi_device SET mark = '\\x00'",
        "UPDATE wifi_accesspoint SET nas_address = '127.0.0.1'",
    ],
)
def test_the_database_refuses_what_cannot_be(network, change):
    known()
    actions.create_vouchers(by=BY, group="free", count=1, days=1, label="Sheet")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_points_stand_as_their_sites_and_kinds_do_whoever_changes_them(network):
    stale = AccessPoint.objects.get(nas_identifier="ap-p1")
    park, nights, noon = stale.site, {"monday": ["18:00-23:00"]}, {"monday": ["12:00-13:00"]}

    def stands():
        return AccessPoint.objects.values_list("stands", "open_hours").get(pk=stale.pk)

    assert stands() == (True, SiteKind.objects.get(pk="park").hours)
    SiteKind.objects.filter(pk="park").update(hours=nights)
    assert stands() == (True, nights)
    Site.objects.filter(pk=park.pk).update(hours=noon)
    assert stands() == (True, noon)
    SiteKind.objects.filter(pk="park").update(hours=None)
    assert stands() == (True, noon)
    Site.objects.filter(pk=park.pk).update(active=False, hours=None)
    assert stands() == (False, None)
    stale.save()
    assert stands() == (False, None), "what was read before is not what holds"
    Site.objects.filter(pk=park.pk).update(active=True)
    SiteKind.objects.filter(pk="park").delete()
    SiteKind.objects.create(pk="park", hours=noon)
    assert stands() == (True, noon)
    AccessPoint.objects.filter(pk=stale.pk).update(active=False)
    assert stands() == (False, noon)


@pytest.mark.django_db(transaction=True)
def test_a_site_that_ends_waits_for_points_that_are_just_laid_there(network):
    site = AccessPoint.objects.get(nas_identifier="ap-p1").site

    def end():
        with psycopg.connect(**connection.get_connection_params()) as other:
            other.execute("UPDATE wifi_site SET active = false WHERE id = %s", [site.pk])

    ending = Thread(target=end)
    with transaction.atomic():
        laid = AccessPoint.objects.create(site=site, mac="00-10-A4-23-19-CF", secret=b"s", secret_mark=bytes(32))
        ending.start()
        ending.join(0.5)
        assert ending.is_alive()
    ending.join(10)
    laid.refresh_from_db()
    assert not laid.stands
