"""Limit of concurrent devices of a person or a voucher, and the effect of a lost Stop packet."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from kini.city import pack
from kini.core.crypto import keyed_hash
from kini.people.models import User
from kini.wifi import actions, config
from kini.wifi.health import queries
from kini.wifi.models import Device, Group, SessionRule, Voucher
from kini.wifi.pack_check import check_wifi
from kini.wifi.radius import authorization
from kini.wifi.usage import rollup
from tests.wifi.conftest import BY, WIFI
from tests.wifi.radius.test_authorization import GROUPS, NOON, ONE_FIXTURE, PHONE, decided, network, refused  # noqa: F401 -- fixtures

MACS = [PHONE, *(f"AC-DE-48-00-11-0{number}" for number in range(4))]
MARKS = [keyed_hash(mac, authorization.DEVICE) for mac in MACS]


@dataclass(frozen=True)
class Session:
    """Of one of the devices: minutes before noon at which it began, was heard of, and stopped."""

    device: int
    began: int
    heard: int
    stopped: int | None


@dataclass(frozen=True)
class Other:
    """A device beside the one that asks: whose it is (None: nobody's), with which voucher."""

    owner: int | None
    voucher: int | None


SESSIONS = st.builds(
    lambda device, began, heard, stopped: Session(device, began, min(began, heard), stopped and min(began, heard)),
    st.integers(0, 4),
    st.integers(0, 200),
    st.integers(0, 40),
    st.booleans(),
)
OTHERS = st.builds(Other, st.none() | st.integers(0, 1), st.none() | st.integers(0, 1))


def store(session, number):
    at = {name: NOON - timedelta(minutes=getattr(session, name)) for name in ("began", "heard")}
    stopped = None if session.stopped is None else NOON - timedelta(minutes=session.stopped)
    with connection.cursor() as cursor:
        cursor.execute("SELECT wifi_session_partition(%s)", [at["began"].date()])
        cursor.execute(
            """INSERT INTO wifi_session (key, day, nas, access_point, device, started_at, seen_at, stopped_at, seconds,
            octets_in, octets_out, cause) VALUES (%s, %s, 'ap-p1', '', %s, %s, %s, %s, 0, 0, 0, '')""",
            [bytes([number]) * 32, at["began"].date(), MARKS[session.device], at["began"], at["heard"], stopped],
        )


def plainly(devices, sessions, most, silence):
    """The rule in words of Python."""
    me = devices[0]

    def mine(other):
        return (
            other.owner == me.owner if me.owner is not None else me.voucher is not None and other.voucher == me.voucher
        )

    others = {
        each.device
        for each in sessions
        if each.device and mine(devices[each.device]) and each.stopped is None and each.heard <= silence
    }
    return "Reject" if most is not None and len(others) >= most else "Accept"


@ONE_FIXTURE
@given(
    devices=st.lists(OTHERS, min_size=5, max_size=5),
    sessions=st.lists(SESSIONS, max_size=8),
    most=st.none() | st.integers(1, 3),
    silence=st.sampled_from([10, 20, 30]),
)
def test_others_that_are_in_count_and_a_lost_stop_does_not(network, devices, sessions, most, silence):  # noqa: F811
    with transaction.atomic():
        Group.objects.filter(pk="free").update(devices_at_once=most)
        SessionRule.objects.create(since=date(2026, 1, 1), silent_seconds=silence * 60)
        SessionRule.objects.create(since=date(2026, 12, 1), silent_seconds=1)
        people = [User.objects.create_user(phone=f"+35191234567{n}", phone_verified=True) for n in range(2)]
        span = {"starts_at": NOON - timedelta(days=1), "ends_at": NOON + timedelta(days=1)}
        vouchers = [Voucher.objects.create(mark=bytes([n]) * 32, group_id="free", **span) for n in range(2)]
        for mark, each in zip(MARKS, devices, strict=True):
            Device.objects.create(
                mark=mark,
                group_id="free",
                owner=None if each.owner is None else people[each.owner],
                voucher=None if each.voucher is None else vouchers[each.voucher],
                since=NOON - timedelta(days=1),
                expires_at=NOON + timedelta(days=1),
            )
        for number, each in enumerate(sessions):
            store(each, number)
        decision = decided()
        transaction.set_rollback(True)
    assert decision["Auth-Type"] == plainly(devices, sessions, most, silence)
    if decision["Auth-Type"] == "Reject":
        assert decision == refused("too-many")


@ONE_FIXTURE
@given(order=st.lists(st.integers(0, 4), max_size=12), places=st.none() | st.integers(1, 4))
def test_a_voucher_lets_in_as_many_devices_as_it_has_places(network, order, places):  # noqa: F811
    """In whatever order devices show it, and however often: each counts once, and those in stay in."""
    with transaction.atomic():
        span = {"starts_at": NOON - timedelta(days=1), "ends_at": NOON + timedelta(days=1)}
        mark = authorization.voucher_hash("ABCDE12345")
        sheet = Voucher.objects.create(mark=mark, group_id="free", devices=places, **span)
        inside: set[int] = set()
        for device in order:
            decision = decided(calling=MACS[device], password="abcde-12345")
            if device in inside or places is None or len(inside) < places:
                inside.add(device)
                assert decision["Auth-Type"] == "Accept"
            else:
                assert decision == refused("voucher-used")
        sheet.refresh_from_db()
        assert sheet.uses == len(inside)
        transaction.set_rollback(True)


SESSION_RULES = """
sessions:
  - {since: 2026-01-01}
  - {since: 2026-12-01, silent_minutes: 30}
"""


def test_what_the_pack_says_of_sessions_holds_from_its_day(network, town):  # noqa: F811
    def load(text):
        (town / "wifi.yaml").write_text(WIFI + GROUPS + text, "utf-8")
        config._once.cache_clear()
        return actions.load_policies(by=BY)

    assert load(SESSION_RULES) == 2
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wifi_silence(day::timestamptz) FROM unnest(%s::text[]) day",
            [["2025-12-31T12:00Z", "2026-01-01T12:00Z", "2026-11-30T12:00Z", "2026-12-01T12:00Z"]],
        )
        assert [minutes.total_seconds() / 60 for (minutes,) in cursor.fetchall()] == [20, 20, 20, 30]
    assert (load(SESSION_RULES), load("")) == (0, 2)


def test_the_order_of_dated_rules_in_the_file_does_not_matter(town):
    rules = (
        "sessions: [{since: 2026-02-01, closing_hours: 20}, {since: 2026-01-01, closing_hours: 1}]\n"
        "health: [{since: 2026-02-01, heard_minutes: 20}, {since: 2026-01-01}]\n"
    )
    (town / "wifi.yaml").write_text(WIFI + rules, "utf-8")
    assert list(check_wifi(town)) == []
    zone = pack.current().timezone
    assert rollup.rollup_due_at(date(2026, 2, 1)) == datetime(2026, 2, 2, 20, tzinfo=zone)
    assert rollup.rollup_due_at(date(2026, 1, 31)) == datetime(2026, 2, 1, 1, tzinfo=zone)
    assert queries.health_rule(date(2026, 2, 1)).heard_minutes == 20
    assert queries.health_rule(date(2026, 1, 31)).heard_minutes == 15


def test_two_rules_of_the_same_day_are_an_error(town):
    (town / "wifi.yaml").write_text(WIFI + "sessions: [{since: 2026-02-01}, {since: 2026-02-01}]\n", "utf-8")
    (error,) = check_wifi(town)
    assert "two rules begin on 2026-02-01" in str(error)
