"""Accounting: whatever comes twice, late, out of order or broken, the sessions end up the same."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kini.core import current_time
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.crypto import keyed_hash
from kini.wifi import actions
from kini.wifi.accounting import detail_file, ingest, pseudonyms, spool
from kini.wifi.accounting.detail_file import AccountingPacket, MalformedRecord
from kini.wifi.accounting.ingest import PacketRow, SeenSessions
from kini.wifi.models import DetailMark, Group
from kini.wifi.radius import authorization, reauthorization
from tests.wifi.conftest import BY
from tests.wifi.radius.test_authorization import NOON, PHONE, decided, known, refused
from tests.wifi.radius.test_authorization import network as network

ONE_FIXTURE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
MARK = keyed_hash(PHONE, authorization.DEVICE)
NOW = int(NOON.timestamp())


def told(status="Start", at=NOW, session="s1", seconds=0, nas="ap-p1", station=PHONE, **more):
    """A record as FreeRADIUS writes it."""
    columns_read = {
        "Acct-Status-Type": status,
        "NAS-Identifier": f'"{nas}"',
        "Acct-Session-Id": f'"{session}"',
        "Calling-Station-Id": f'"{station}"',
        "Called-Station-Id": '"00-10-A4-23-19-C0:Serena Livre"',
        "Acct-Session-Time": seconds,
        **{name.replace("_", "-"): value for name, value in more.items()},
        "Timestamp": at,
    }
    return (
        "Mon Nov 23 12:00:00 2026\n" + "".join(f"\t{name} = {value}\n" for name, value in columns_read.items()) + "\n"
    )


@pytest.fixture
def folder(town, tmp_path):
    path = tmp_path / "detail"
    path.mkdir()
    return path


def write(folder, *records, name="packets-2026112312"):
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("".join(records))


def collected(folder):
    """Everything that waits, brought in: (packets, rejected)."""
    rows = []
    with current_time.freeze(NOON):
        while (one := actions.collect_packets(by=BY, folder=folder)).read:
            rows.append(one)
    return sum(one.packets for one in rows), sum(one.rejected for one in rows)


def sessions():
    """Every session without its key, in a fixed order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM wifi_session ORDER BY key")
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    plain = [{name: bytes(v) if isinstance(v, memoryview) else v for name, v in row.items()} for row in rows]
    # Sealed anew each time: what counts is what is in it.
    return [row | {"handle": row["handle"] and reauthorization.open_handle(row["key"], row["handle"])} for row in plain]


def one():
    (rows,) = sessions()
    return rows


def test_a_session_from_its_start_to_its_stop(folder):
    write(folder, told(), told("Interim-Update", NOW + 300, seconds=300, Acct_Input_Octets=1000))
    write(folder, told("Stop", NOW + 600, seconds=600, Acct_Input_Octets=3000, Acct_Terminate_Cause="User-Request"))
    assert collected(folder) == (3, 0)
    rows = one()
    assert (rows["device"], rows["nas"], rows["access_point"]) == (MARK, "ap-p1", "00-10-A4-23-19-C0")
    assert (rows["started_at"], rows["stopped_at"]) == (NOON, NOON + timedelta(seconds=600))
    assert (rows["seconds"], rows["octets_in"], rows["cause"]) == (600, 3000, "User-Request")
    assert collected(folder) == (0, 0)


def test_no_mac_is_in_the_tables_nor_what_could_be_reckoned_from_one_without_the_key(folder):
    write(folder, told())
    collected(folder)
    with connection.cursor() as cursor:
        cursor.execute("SELECT s::text FROM wifi_session s")
        (stored,) = cursor.fetchone()
    assert PHONE not in stored
    assert PHONE.encode().hex() not in stored
    reckoned = {hashlib.sha256("\0".join(words).encode()).digest() for words in permutations(("ap-p1", "s1", PHONE))}
    assert one()["key"] not in reckoned
    assert one()["key"] == hashlib.sha256(b"ap-p1\0s1\0" + MARK).digest()


def test_counters_that_have_wrapped(folder):
    write(folder, told("Stop", seconds=60, Acct_Output_Octets=5, Acct_Output_Gigawords=3, Acct_Input_Octets=4294967295))
    collected(folder)
    assert (one()["octets_out"], one()["octets_in"]) == (3 * 2**32 + 5, 2**32 - 1)


def test_a_stop_without_a_start_says_when_it_began(folder):
    write(folder, told("Stop", seconds=3600))
    collected(folder)
    assert (one()["started_at"], one()["stopped_at"]) == (NOON - timedelta(hours=1), NOON)


def test_an_interim_after_the_stop_opens_nothing(folder):
    write(folder, told("Stop", NOW + 600, seconds=600, Acct_Input_Octets=9))
    write(folder, told("Interim-Update", NOW + 300, seconds=300, Acct_Input_Octets=5))
    collected(folder)
    assert (one()["stopped_at"], one()["octets_in"]) == (NOON + timedelta(seconds=600), 9)


def going_on() -> int:
    """Count the open sessions by the rules."""
    columns_read = "nas, started_at, seen_at, stopped_at, wifi_silence(%s), %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM wifi_session WHERE wifi_ended_at({columns_read}) IS NULL", [current_time.now()] * 2
        )
        return cursor.fetchone()[0]


def test_what_the_nas_kept_back_is_dated_back(folder):
    write(folder, told(Acct_Delay_Time=120))
    collected(folder)
    assert one()["started_at"] == NOON - timedelta(seconds=120)


def test_a_restart_of_the_nas_ends_its_sessions_also_when_it_is_heard_of_first(folder):
    write(folder, told("Accounting-On", NOW + 700))
    write(folder, told("Interim-Update", NOW + 300, seconds=300), told("Start", NOW + 800, session="s2"))
    write(folder, told("Start", NOW + 300, session="s1", nas="ap-q1"))
    collected(folder)
    with current_time.freeze(NOON + timedelta(seconds=900)):
        assert going_on() == 2
    with current_time.freeze(NOON + timedelta(seconds=650)):
        assert going_on() == 3


def test_a_silent_session_has_ended_when_it_was_last_heard_of(folder):
    write(folder, told())
    collected(folder)
    with current_time.freeze(NOON + timedelta(minutes=20)):
        assert going_on() == 1
    with current_time.freeze(NOON + timedelta(minutes=20) + timedelta(seconds=1)):
        assert going_on() == 0


def test_a_session_lies_on_the_day_of_its_start_even_when_that_is_learnt_late(folder):
    midnight = int(datetime(2026, 11, 24, tzinfo=UTC).timestamp())
    write(folder, told("Interim-Update", midnight + 60))
    collected(folder)
    assert str(one()["day"]) == "2026-11-24"
    write(folder, told("Interim-Update", midnight + 360, seconds=600, Acct_Input_Octets=7))
    collected(folder)
    assert (str(one()["day"]), one()["octets_in"]) == ("2026-11-23", 7)


def test_half_a_record_waits_for_its_other_half(folder):
    whole = told() + told("Stop", NOW + 60, seconds=60)
    write(folder, whole[:-30])
    assert collected(folder) == (1, 0)
    write(folder, whole[-30:])
    assert collected(folder) == (1, 0)
    assert one()["stopped_at"] is not None


def test_what_is_no_packet_is_set_aside_and_stops_nothing(folder):
    broken = (
        told("Nonsense"),
        told(station="phone"),
        told(session=""),
        told(nas=""),
        told(at=0),
        told(Acct_Input_Octets="many"),
        told(at=NOW + 3 * 86_400),
        "\x00\xff\n\n",
    )
    write(folder, *broken, told())
    assert collected(folder) == (1, len(broken))
    assert (folder / "rejected-20261123").read_text("utf-8").count("# packets-2026112312") == len(broken)
    assert len(sessions()) == 1


def test_what_was_brought_in_and_how_far_it_was_read_are_stored_together_or_not_at_all(folder):
    write(folder, told(), told("Stop", NOW + 60, seconds=60))
    with current_time.freeze(NOON), transaction.atomic():
        assert actions.collect_packets(by=BY, folder=folder).packets == 2
        transaction.set_rollback(True)
    assert (sessions(), DetailMark.objects.count()) == ([], 0)
    assert collected(folder) == (2, 0)
    assert DetailMark.objects.get().packets == 2


def test_a_file_that_is_read_once_more_changes_nothing(folder):
    write(folder, told(), told("Stop", NOW + 60, seconds=60, Acct_Input_Octets=7))
    collected(folder)
    before = sessions()
    DetailMark.objects.all().delete()
    assert collected(folder) == (2, 0)
    assert sessions() == before


def test_an_old_file_goes_when_it_was_read_and_a_newer_one_is_there(folder):
    write(folder, told())
    write(folder, told("Stop", NOW + 60, seconds=60), name="packets-2026112313")
    assert collected(folder) == (2, 0)
    assert [path.name for path in spool.pending_files(folder)] == ["packets-2026112312", "packets-2026112313"]
    with current_time.freeze(datetime.now(UTC) + timedelta(seconds=2 * spool.QUIET)):
        actions.collect_packets(by=BY, folder=folder)
    assert [path.name for path in spool.pending_files(folder)] == ["packets-2026112313"]


def test_files_of_two_servers_have_the_same_names(folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    write(folder, told(), told(session="s2"))
    write(other, told(session="s3", nas="ap-q1"), told(session="s4", nas="ap-q1"))
    assert (collected(folder), collected(other)) == ((2, 0), (2, 0))
    assert len(sessions()) == 4


def test_only_the_program_collects_and_an_absent_folder_is_empty(folder, tmp_path):
    with pytest.raises(NotAllowed):
        actions.collect_packets(by=Actor(ActorKind.RESIDENT, 1), folder=folder)
    assert not actions.collect_packets(by=BY, folder=tmp_path / "nowhere").read


PACKETS = st.builds(
    AccountingPacket,
    status=st.sampled_from(["start", "interim", "stop", "restart"]),
    nas=st.sampled_from(["ap-1", "ap-2"]),
    access_point=st.sampled_from(["", "00-10-A4-23-19-C0"]),
    session=st.sampled_from(["a", "b", "c"]),
    station=st.sampled_from([PHONE, "AC-DE-48-00-11-24"]),
    at=st.integers(NOW - 90_000, NOW + 90_000),
    seconds=st.integers(0, 90_000),
    octets_in=st.integers(0, 2**40),
    octets_out=st.integers(0, 2**40),
    cause=st.sampled_from(["", "User-Request", "Idle-Timeout"]),
)


class HeardAll(SeenSessions):
    """Takes every session for one that was heard of."""

    def add(self, key):
        return False


@settings(ONE_FIXTURE, max_examples=40)
@given(packets=st.lists(PACKETS, max_size=14), data=st.data())
def test_order_repetition_and_batches_make_no_difference(town, packets, data):
    def outcome(batches, heard_of):
        with transaction.atomic():
            for batch in batches:
                ingest.merge_packets([PacketRow.of(each, heard_of) for each in batch])
            with connection.cursor() as cursor:
                cursor.execute("SELECT nas, at FROM wifi_restart ORDER BY nas, at")
                rows = sessions(), cursor.fetchall()
            transaction.set_rollback(True)
        return rows

    # Otherwise each outcome would have its own.
    pseudonyms.month_pads(date(2026, month, 1) for month in (10, 11))
    again = data.draw(st.lists(st.sampled_from(packets), max_size=6)) if packets else []
    mixed = data.draw(st.permutations([*packets, *again]))
    cut = data.draw(st.integers(0, len(mixed)))
    plain = outcome([packets], SeenSessions())
    assert (
        plain == outcome([mixed[:cut], mixed[cut:]], SeenSessions()) == outcome([[each] for each in mixed], HeardAll())
    )


def test_a_session_is_heard_of_for_the_first_time_once():
    heard_of, keys = SeenSessions(), [hashlib.sha256(name).digest() for name in (b"one", b"two", b"three")]
    assert [heard_of.add(key) for key in [*keys, *keys]] == [True, True, True, False, False, False]
    heard_of.MOST = 3
    assert heard_of.add(hashlib.sha256(b"four").digest())
    assert heard_of.add(keys[0]), "it has begun anew"


@given(st.binary(max_size=400))
def test_any_bytes_are_records_or_set_aside(data):
    for text in (data, told().encode()[:-2] + data + b"\n\n"):
        for _end, record, _finished in detail_file.split_records(text):
            try:
                rows = detail_file.parse_packet(record)
            except MalformedRecord:
                continue
            assert rows.at > 0
            assert rows.seconds >= 0


@given(st.lists(st.sampled_from([told(), told("Stop", seconds=5), "broken\n\n"]), max_size=6), st.integers(0, 200))
def test_records_end_where_the_next_one_begins(parts, cut):
    whole = "".join(parts).encode()
    ends = [end for end, _record, _finished in detail_file.split_records(whole + told().encode()[:cut].rstrip(b"\n"))]
    assert ends == [sum(len(part) for part in parts[: n + 1]) for n in range(len(parts))]


def test_what_was_used_today_counts_against_the_group(network, folder):
    known()
    Group.objects.filter(pk="resident").update(daily_seconds=3600, daily_octets=1_000_000)
    assert decided()["Session-Timeout"] == "3600"
    write(folder, told("Stop", NOW - 600, seconds=1800, Acct_Input_Octets=600_000))
    collected(folder)
    assert decided()["Session-Timeout"] == "1800"
    write(folder, told("Stop", NOW - 60, session="s2", seconds=60, Acct_Output_Octets=400_000))
    collected(folder)
    assert decided() == refused("used-up")
    assert decided(calling="AC-DE-48-00-11-24") == refused("sign-in")
    with current_time.freeze(NOON):
        actions.register_device(by=BY, mac=PHONE, group="free", days=9)
    assert decided()["Auth-Type"] == "Accept"
