"""Sessions whose time is over: they still count, and lead to nobody."""

import os
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from kini.core import current_time, retention
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.crypto import keyed_hash
from kini.core.models import AuditEntry
from kini.people.models import User
from kini.wifi import actions
from kini.wifi.accounting import anonymization, spool
from kini.wifi.models import DetailMark, Device, PseudonymKey, SessionRule
from kini.wifi.radius import authorization
from tests.wifi.accounting.test_spool import NOW, collected, folder, one, sessions, told, write  # noqa: F401 -- fixtures
from tests.wifi.conftest import BY
from tests.wifi.radius.test_authorization import NOON, PHONE, network  # noqa: F401 -- fixtures

DAY = timedelta(days=1)
#: NOON is on 23 November: 30 days later is the last on which its sessions lead to somebody.
OVER = NOON + 31 * DAY


@pytest.fixture
def owned(network):  # noqa: F811
    person = User.objects.create_user(phone="+351912345670", phone_verified=True)
    mark = keyed_hash(PHONE, authorization.DEVICE)
    Device.objects.create(mark=mark, group_id="free", owner=person, since=NOON - DAY, expires_at=NOON)


def forget(at=OVER):
    with current_time.freeze(at):
        for name in ("wifi.sessions", "wifi.pseudonym-keys"):
            retention.apply(retention.rules.get(name))


def rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def test_what_leads_to_somebody_goes_and_what_counts_stays(owned, folder):  # noqa: F811
    write(folder, told(), told("Interim-Update", NOW + 300, seconds=300, Acct_Input_Octets=1000))
    collected(folder)
    before = one()
    assert before["handle"]
    assert before["person_pseudonym"]
    forget(OVER - DAY)
    assert one() == before
    forget()
    after = one()
    assert (after["device"], after["handle"]) == (None, None)
    assert after["key"] != before["key"]
    gone = {"device", "handle", "key"}
    assert {name: after[name] for name in after.keys() - gone} == {name: before[name] for name in before.keys() - gone}
    assert rows("wifi_sessionday") == 0
    entry = AuditEntry.objects.get(action="wifi.session-day-forgotten")
    assert (entry.subject, entry.detail) == ("wifi-sessions:2026-11-23", {"sessions": 1, "sealed": True})
    forget()
    assert one() == after


def test_what_is_told_of_a_sealed_day_is_set_aside_and_changes_nothing(owned, folder):  # noqa: F811
    write(folder, told())
    collected(folder)
    forget()
    before = sessions()
    write(folder, told("Stop", NOW + 60, seconds=60), told("Stop", NOW + 86_400, seconds=86_400, session="s2"))
    write(folder, told(at=NOW + 86_400, session="s3"))
    assert collected(folder) == (1, 2)
    assert [row for row in sessions() if row["device"] is None] == before
    assert len(sessions()) == 2


def test_the_database_takes_nobody_into_a_sealed_day(owned, folder):  # noqa: F811
    write(folder, told())
    collected(folder)
    forget()
    for change in ("device = sha256('x')", "handle = 'x'"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE wifi_session SET {change}")


def test_a_session_that_was_heard_of_lately_keeps_its_day_open(owned, folder):  # noqa: F811
    write(folder, told(), told(session="s2"), told("Interim-Update", NOW + 2 * 86_400, session="s2"))
    with current_time.freeze(NOON + 3 * DAY):
        assert actions.collect_packets(by=BY, folder=folder).packets == 3
    forget()
    assert sorted(row["device"] is None for row in sessions()) == [False, True]
    assert anonymization.sealed_days() == frozenset()
    forget(OVER + 2 * DAY)
    assert {row["device"] for row in sessions()} == {None}
    assert anonymization.sealed_days() == {date(2026, 11, 23)}


def test_each_day_is_kept_as_the_rule_of_that_day_says(owned, folder):  # noqa: F811
    SessionRule.objects.create(since=date(2026, 1, 1), silent_seconds=1200, keep_days=60)
    SessionRule.objects.create(since=date(2026, 11, 23), silent_seconds=1200, keep_days=21)
    write(folder, told(), told(at=NOW - 86_400, session="s2"))
    collected(folder)
    for days, wanted in ((21, []), (22, [date(2026, 11, 23)]), (59, [date(2026, 11, 23)])):
        with current_time.freeze(NOON + timedelta(days=days)):
            assert anonymization.due_days() == wanted
    with current_time.freeze(NOON + 60 * DAY):
        assert anonymization.due_days() == [date(2026, 11, 22), date(2026, 11, 23)]
        assert not actions.anonymize_day(by=BY, day=date(2026, 11, 24))


def test_a_months_key_goes_with_the_last_of_its_days(owned, folder):  # noqa: F811
    december = int(datetime(2026, 12, 1, 12, tzinfo=UTC).timestamp())
    write(folder, told(), told(at=december, session="s2"))
    with current_time.freeze(datetime(2026, 12, 1, 13, tzinfo=UTC)):
        assert actions.collect_packets(by=BY, folder=folder).packets == 2

    def keys():
        return {each.month.month: each.key is not None for each in PseudonymKey.objects.all()}

    forget(datetime(2026, 12, 30, 12, tzinfo=UTC))
    assert keys() == {11: True, 12: True}
    forget(datetime(2026, 12, 31, 12, tzinfo=UTC))
    assert keys() == {11: False, 12: True}
    assert all(row["device_pseudonym"] for row in sessions())
    assert AuditEntry.objects.get(action="wifi.pseudonym-key-destroyed").subject == "wifi-pseudonyms:2026-11"


def test_files_that_hold_devices_go_too(owned, folder):  # noqa: F811
    write(folder, told(), told("Nonsense"))
    now = datetime.now(UTC)
    with current_time.freeze(now):
        assert actions.collect_packets(by=BY, folder=folder).rejected == 1
        actions.collect_packets(by=BY, folder=folder)
    assert len(list(folder.iterdir())) == 2
    with current_time.freeze(now + timedelta(seconds=spool.SILENT + 60)):
        actions.collect_packets(by=BY, folder=folder)
    (rejected,) = folder.iterdir()
    assert rejected.name.startswith(spool.REJECTED)
    assert not DetailMark.objects.exists()
    long_ago = (now - 31 * DAY).timestamp()
    os.utime(rejected, (long_ago, long_ago))
    with current_time.freeze(now):
        actions.collect_packets(by=BY, folder=folder)
    assert list(folder.iterdir()) == []


def test_only_the_program_forgets(db):
    by = Actor(ActorKind.RESIDENT, 1)
    for operation in (
        lambda: actions.anonymize_day(by=by, day=date(2026, 1, 1)),
        lambda: actions.destroy_pseudonym_keys(by=by),
    ):
        with pytest.raises(NotAllowed):
            operation()
