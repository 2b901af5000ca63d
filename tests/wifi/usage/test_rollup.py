"""Days that are over: what of them goes to Parquet, when, and what is counted from it."""

import argparse
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from pyarrow import parquet

from kini.core import command_line, current_time
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.crypto import keyed_hash
from kini.people.models import User
from kini.wifi import actions
from kini.wifi.commands import served as wifi_served
from kini.wifi.models import ClosedDay, Device, Group, Use
from kini.wifi.radius import authorization
from kini.wifi.usage import aggregates, rollup, rollup_schedule, storage
from tests.wifi.accounting.test_spool import collected, folder, told, write  # noqa: F401 -- a fixture
from tests.wifi.conftest import BY, PARK, SCHOOL
from tests.wifi.radius.test_authorization import NOON

NOW = int(NOON.timestamp())
DAY = NOON.date()
PHONE, TABLET = "AC-DE-48-00-11-22", "AC-DE-48-00-11-33"
HOUR = 3600


@pytest.fixture
def root(tmp_path):
    return tmp_path / "closed"


@pytest.fixture
def two_of_one(folder, bring):  # noqa: F811
    """A person with two devices at the park, where the phone comes back after an hour; and a stranger at the school."""
    bring(PARK, SCHOOL)
    owner = User.objects.create_user(phone="+351912345679", phone_verified=True)
    group = Group.objects.get_or_create(id="resident")[0]
    for each in (PHONE, TABLET):
        mark = keyed_hash(each, authorization.DEVICE)
        since = NOON - timedelta(days=1)
        Device.objects.create(mark=mark, owner=owner, group=group, since=since, expires_at=NOON + timedelta(days=9))
    write(folder, told("Stop", NOW + 600, session="a", seconds=600, Acct_Input_Octets=100, Acct_Output_Octets=900))
    write(folder, told("Stop", NOW + 900, session="b", seconds=300, Acct_Input_Octets=1))
    write(folder, told("Stop", NOW + 2 * HOUR, session="c", seconds=600))
    write(folder, told("Stop", NOW + 600, session="d", seconds=300, station=TABLET))
    write(folder, told("Stop", NOW + 600, session="e", nas="s", Called_Station_Id='"00-10-A4-23-19-C2"', station=OTHER))
    assert collected(folder) == (5, 0)


OTHER = "AC-DE-48-00-11-44"


def close(root, at):
    with current_time.freeze(at):
        return rollup_schedule.close_due_days(BY, root)


def after(days=1, hours=13):
    return NOON.replace(hour=0) + timedelta(days=days, hours=hours)


def used(span="day", by="city"):
    rows = Use.objects.filter(span=span, by=by, begins__lte=DAY).order_by("of")
    return {each.of: (each.people, each.devices, each.sessions, each.accesses) for each in rows}


def test_a_day_closes_after_midnight_and_some_hours(two_of_one, root):
    assert close(root, after(hours=10)) == []
    assert close(root, after(hours=13)) == [DAY]
    assert close(root, after(hours=14)) == []
    assert storage.closed_days(root) == [DAY]
    assert ClosedDay.objects.get().sessions == 5


def test_people_devices_sessions_and_accesses_are_told_apart(two_of_one, root):
    close(root, after())
    assert used() == {"": (1, 3, 5, 4)}
    assert used(by="site") == {"p1": (1, 2, 4, 3), "s1": (0, 1, 1, 1)}
    assert used(by="kind") == {"park": (1, 2, 4, 3), "school": (0, 1, 1, 1)}
    local = (NOON + timedelta(seconds=1)).astimezone(rollup.rollup_due_at(DAY).tzinfo).hour
    assert used(by="hour")[str(local)] == (1, 3, 4, 3)
    park = Use.objects.get(span="day", by="site", of="p1")
    assert (park.seconds, park.octets, park.peak, park.capacity) == (600 + 300 + 600 + 300, 1001, 2, 40)
    for span in ("month", "all"):
        assert used(span) == used()
        assert used(span, "area") == used(by="area")


def day_file(root):
    (path,) = storage.sessions_store(root).paths([str(DAY)])
    return path


def cells(path):
    return [value for row in parquet.ParquetFile(path).read().to_pylist() for value in row.values()]


def as_bytes(value):
    if isinstance(value, int):
        return value.to_bytes(8, signed=True)
    return value if isinstance(value, bytes) else str(value).encode()


def test_no_identity_is_in_the_files(two_of_one, root):
    close(root, after())
    with connection.cursor() as cursor:
        cursor.execute("SELECT device, key FROM wifi_session")
        marks = [bytes(value) for row in cursor.fetchall() for value in row]
        cursor.execute("SELECT device_pseudonym FROM wifi_session")
        pseudonyms = {bytes(value)[:8] for (value,) in cursor.fetchall()}
    values = {path: set(map(as_bytes, cells(path))) for path in root.rglob("*.parquet")}
    for path, shown_value in values.items():
        content = b"|".join(shown_value)
        assert not [mark for mark in marks if mark[:8] in content or mark[:8][::-1] in content]
        assert path.stat().st_mode & 0o077 == 0
    assert pseudonyms <= values[day_file(root)]


def test_closed_again_it_is_the_same(two_of_one, root):
    close(root, after())
    before = {path: path.read_bytes() for path in root.rglob("*.parquet")}
    actions.close_day(by=BY, day=DAY, root=root)
    actions.count_usage(by=BY, days=[DAY], months=[DAY.replace(day=1)], root=root)
    assert {path: path.read_bytes() for path in root.rglob("*.parquet")} == before
    assert used() == used("all") == {"": (1, 3, 5, 4)}


def test_a_count_that_was_interrupted_is_made_up_for(two_of_one, root):
    with current_time.freeze(after()):
        actions.prepare_day(by=BY, day=DAY)
        actions.close_day(by=BY, day=DAY, root=root)
        assert used() == {"": (1, 3, 5, 4)}
        assert used("month") == {}
        assert rollup_schedule.close_due_days(BY, root) == []
        assert used("month") == used("all") == used()
        Use.objects.filter(span="month").update(people=7)
        rollup_schedule.close_due_days(BY, root)
        assert used("month")[""][0] == 7  # nothing to do


def test_what_comes_late_is_brought_in_the_next_night(two_of_one, root, folder):  # noqa: F811
    close(root, after())
    write(folder, told("Stop", NOW + 3 * HOUR, session="late", seconds=300), name="packets-2026112313")
    collected(folder)
    assert ClosedDay.objects.get().late == 1
    assert close(root, after(hours=20)) == []
    assert close(root, after(days=2)) == [DAY + timedelta(days=1), DAY]
    assert used()[""] == (1, 3, 6, 5)
    assert ClosedDay.objects.get(day=DAY).late == 0


def test_what_comes_much_too_late_stays_out(two_of_one, root, folder):  # noqa: F811
    close(root, after())
    write(folder, told("Stop", NOW + 3 * HOUR, session="late", seconds=300), name="packets-2026112313")
    collected(folder)
    others = [DAY + timedelta(days=n) for n in range(1, 20)]
    ClosedDay.objects.bulk_create(ClosedDay(day=day, closed_at=after(days=20)) for day in others)
    assert close(root, after(days=20)) == []
    assert ClosedDay.objects.get(day=DAY).late == 1


def test_a_file_that_cannot_be_written_leaves_the_one_that_was(two_of_one, root, monkeypatch):
    close(root, after())
    before = day_file(root).read_bytes()
    monkeypatch.setattr(rollup, "_WRITE", "COPY (SELECT error('full')) TO '{path}'")
    with pytest.raises(Exception, match="full"):
        actions.close_day(by=BY, day=DAY, root=root)
    assert day_file(root).read_bytes() == before
    assert list(day_file(root).parent.iterdir()) == [day_file(root)]


def test_a_range_over_months_tells_people_only_by_whole_months(two_of_one, root):
    close(root, after())
    first, last = DAY.replace(day=1), DAY
    exact = aggregates.usage_report(root, first, last, "city")
    assert exact.exact
    assert exact.rows[0]["people"] == 1
    over = aggregates.usage_report(root, first - timedelta(days=3), last, "city")
    assert not over.exact
    assert (over.rows[0]["people"], over.rows[0]["sessions"]) == (None, 5)


def test_only_the_program_closes_days(town, root):
    somebody = Actor(ActorKind.OFFICER, user_id=1)
    for operation in (
        lambda: actions.prepare_day(by=somebody, day=DAY),
        lambda: actions.close_day(by=somebody, day=DAY, root=root),
        lambda: actions.count_usage(by=somebody, days=[], months=[], root=root),
    ):
        with pytest.raises(NotAllowed):
            operation()


def test_the_pack_says_how_long_after_midnight(town):
    assert rollup.rollup_due_at(date(2026, 11, 24)).astimezone(UTC) == datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_the_command_tells_figures_and_hides_small_ones(two_of_one, root, capsys, tmp_path):
    close(root, after())
    words = argparse.ArgumentParser()
    wifi_served.arguments(words)
    target = tmp_path / "figures.csv"
    arguments = ["--folder", str(root), "--by", "kind", "--csv", str(target)]
    assert wifi_served.run(words.parse_args(arguments)) == 0
    assert target.read_text().split() == [",".join(("of", *aggregates.FIGURES)), "park,,,,,,", "school,,,,,,"]
    assert "fewer than 5 people or devices" in capsys.readouterr().err
    with pytest.raises(command_line.CommandError, match="must not be after"):
        wifi_served.run(words.parse_args([*arguments, "--from", str(DAY + timedelta(days=1))]))
    with pytest.raises(command_line.CommandError, match="has no closed days"):
        wifi_served.run(words.parse_args(["--folder", str(tmp_path / "nowhere")]))
