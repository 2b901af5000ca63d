"""A made-up month: the same for a seed, of a believable shape, and closed days like any others."""

import argparse
from datetime import date, timedelta
from operator import itemgetter

import ibis
import numpy as np
import pytest

from kini.analytics import cardinality, engine
from kini.core import command_line
from kini.wifi import config
from kini.wifi.commands import simulate as wifi_simulate
from kini.wifi.inventory import sample_data
from kini.wifi.models import ClosedDay, Use
from kini.wifi.simulate import sample_month
from kini.wifi.usage import aggregates, storage

MONDAY = date(2026, 11, 23)
PEOPLE = 20_000


@pytest.fixture
def where(town):
    network = config.network()
    points = [each.value for each in sample_data.sample_points(network, 60).rows]
    return sample_month.build_world(network, points, seed=1)


@pytest.fixture
def weeks(where, tmp_path):
    """A Monday and a Sunday, with sketches; how many sessions they have."""
    days = (MONDAY, MONDAY + timedelta(days=6))
    return tmp_path, [sample_month.simulate_day(tmp_path, where, day, PEOPLE, 1, sketches=True) for day in days]


def test_the_same_seed_makes_the_same_day(where):
    one, same = (sample_month.simulate_sessions(where, MONDAY, PEOPLE, 1) for _n in range(2))
    other = sample_month.simulate_sessions(where, MONDAY, PEOPLE, 2)
    assert all(np.ma.allequal(one[name], same[name], fill_value=True) for name in one)
    assert len(one["begin"]) != len(other["begin"])


def test_use_has_the_shape_of_a_city(weeks):
    root, counts = weeks
    assert counts[0] > PEOPLE / 10
    with storage.open_sessions(root) as sessions:
        monday = sessions.filter(sessions.day.cast("date") == ibis.date(str(MONDAY)))
        school = monday.filter(monday.kind == "school")
        assert school.count().to_pyarrow().as_py() > 0
        # The pack opens schools at eight and closes them at five.
        begins = school.filter(school.access).begin
        assert begins.min().to_pyarrow().as_py() >= 8 * 3600
        assert begins.max().to_pyarrow().as_py() < 17 * 3600
    hours = {int(row["of"]): row["devices"] for row in aggregates.usage_report(root, MONDAY, MONDAY, "hour").rows}
    assert max(hours, key=hours.__getitem__) in range(16, 22)
    assert hours[4] * 5 < hours[19]
    sunday = MONDAY + timedelta(days=6)
    assert "school" not in {row["of"] for row in aggregates.usage_report(root, sunday, sunday, "kind").rows}


def test_what_the_engine_counts_is_what_was_made(where, weeks):
    root, _counts = weeks
    sessions = [sample_month.simulate_sessions(where, day, PEOPLE, 1) for day in storage.closed_days(root)]
    people = np.ma.concatenate([each["person"] for each in sessions]).compressed()
    devices = np.concatenate([each["device"] for each in sessions])
    (row,) = aggregates.usage_report(root, MONDAY, MONDAY + timedelta(days=6), "city").rows
    assert (row["people"], row["devices"]) == (len(np.unique(people)), len(np.unique(devices)))
    assert row["sessions"] == len(devices)
    assert row["accesses"] < row["sessions"]
    assert row["octets"] == sum(int(each["octets_in"].sum() + each["octets_out"].sum()) for each in sessions)
    areas = {row["of"]: row for row in aggregates.usage_report(root, MONDAY, MONDAY, "area").rows}
    area = sessions[0]["area"] == "VS-1"
    assert areas["VS-1"]["people"] == len(np.unique(sessions[0]["person"][area].compressed()))


PLACES = (("city", ""), ("area", "VS-1"), ("area", "VS-3"), ("kind", "school"), ("hour", "1"), ("hour", "18"))


def in_place(columns, by, place):
    """Which sessions count at a place or in an hour of the day."""
    if by == "hour":
        first, last = columns["begin"] // 3600, (columns["begin"] + columns["length"]) // 3600
        return (first <= int(place)) & (last >= int(place)) | (last >= int(place) + 24)
    return columns[by] == place if place else np.ones(len(columns["area"]), bool)


def test_over_any_days_of_a_month_each_counts_once_whichever_was_written_last(where, tmp_path):
    days = [MONDAY + timedelta(days=n) for n in range(4)]
    for day in (*days, days[1], days[0]):
        sample_month.simulate_day(tmp_path, where, day, 8_000, 1, sketches=False)
    sessions = {day: sample_month.simulate_sessions(where, day, 8_000, 1) for day in days}
    for first, last in ((0, 3), (1, 2), (2, 3), (3, 3)):
        some = [sessions[day] for day in days[first : last + 1]]
        for by, place in (*PLACES, ("site", str(some[0]["site"][0]))):
            keep = [in_place(each, by, place) for each in some]
            people = np.ma.concatenate([each["person"][one] for each, one in zip(some, keep, strict=True)]).compressed()
            devices = np.concatenate([each["device"][one] for each, one in zip(some, keep, strict=True)])
            rows = {row["of"]: row for row in aggregates.usage_report(tmp_path, days[first], days[last], by).rows}
            row = rows.get(place, {"people": 0, "devices": 0})
            counts = row["people"], row["devices"]
            assert counts == (len(np.unique(people)), len(np.unique(devices)))


def test_days_of_an_older_version_count_as_they_are(where, tmp_path):
    """Files had another name, more columns and no manifest."""
    days = [MONDAY, MONDAY + timedelta(days=1)]
    for day in days:
        sample_month.simulate_day(tmp_path, where, day, 8_000, 1, sketches=False)
    asked = tmp_path, days[0], days[1], "kind"
    rows = sorted(aggregates.usage_report(*asked).rows, key=itemgetter("of"))
    store = storage.sessions_store(tmp_path)
    with engine.connect_duckdb(tmp_path) as own:
        for path in store.paths():
            older = f"SELECT *, 0::TINYINT AS person_before FROM read_parquet('{path}', hive_partitioning = false)"
            own.execute(f"COPY ({older}) TO '{path.with_name('part.parquet')}' (FORMAT parquet)")
            path.unlink()
    (store.folder / "_manifest.json").unlink()
    assert sorted(aggregates.usage_report(*asked).rows, key=itemgetter("of")) == rows
    sample_month.simulate_day(tmp_path, where, days[1], 8_000, 1, sketches=False)
    assert sorted(aggregates.usage_report(*asked).rows, key=itemgetter("of")) == rows


def test_peaks_are_the_most_at_the_same_second(where, weeks):
    root, _counts = weeks
    simulated = sample_month.simulate_sessions(where, MONDAY, PEOPLE, 1)
    online = np.zeros(2 * 86_400, np.int64)
    np.add.at(online, simulated["begin"], 1)
    np.add.at(online, simulated["begin"] + simulated["length"], -1)
    (row,) = [use for use in aggregates.usage_of_day(root, MONDAY) if use.by == "city"]
    assert row.peak == online.cumsum().max()


def test_sketches_agree_with_counting_one_by_one(where, weeks):
    root, _counts = weeks
    sessions = [sample_month.simulate_sessions(where, day, PEOPLE, 1) for day in storage.closed_days(root)]
    for unit, ever in (("people", "person_ever"), ("devices", "device_ever")):
        true = len(np.unique(np.ma.concatenate([np.ma.asarray(each[ever]) for each in sessions]).compressed()))
        for name in ("2026-11", "all"):
            counted = cardinality.estimate_union([storage.sketch_file(root, name)], "city", unit)[""]
            assert counted == pytest.approx(true, rel=0.01)


def test_the_command_makes_days_beside_the_real_ones(town, tmp_path, capsys):
    words = argparse.ArgumentParser()
    wifi_simulate.arguments(words)
    arguments = ["--people", "3000", "--days", "2", "--first", "2026-10-31", "--show", "--folder", str(tmp_path)]
    assert wifi_simulate.run(words.parse_args(arguments)) == 0
    assert "marked as generated" in capsys.readouterr().out
    spans = {(use.span, str(use.begins)) for use in Use.objects.filter(by="city")}
    assert spans == {
        *(("day", day) for day in ("2026-10-31", "2026-11-01")),
        *(("month", day) for day in ("2026-10-01", "2026-11-01")),
        ("all", "2026-10-31"),
    }
    whole = {use.span: use for use in Use.objects.filter(by="city", begins__lte="2026-10-31")}
    assert whole["all"].sessions > whole["month"].sessions == whole["day"].sessions
    assert whole["all"].people > whole["day"].people > 0
    with pytest.raises(command_line.CommandError, match="has the real days"):
        wifi_simulate.run(words.parse_args(["--folder", str(storage.storage_folder())]))
    ClosedDay.objects.create(day=MONDAY)
    with pytest.raises(command_line.CommandError, match="demos"):
        wifi_simulate.run(words.parse_args([*arguments]))
