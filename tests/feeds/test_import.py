"""Imports: good rows, reported errors, nothing lost, nothing twice."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from kini.city import area_lookup
from kini.core import current_time
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.feeds import actions, importer, queries
from kini.feeds.import_run import FileOrigin, ImportRefused
from kini.feeds.models import FeedState, ImportRun, Record, RecordVersion
from tests.feeds.conftest import BY, HEAD, NOON

MILL = "Mill,2026-11-23,11:30,120,calm,38.73,-9.475"
BRIDGE = "Bridge,2026-11-23,11:40,80,grave,38.73,-9.475"


def school(number, name="Escola", sort="primary", places=30):
    properties = {"number": str(number), "name": f"{name} {number}", "sort": sort, "places": places}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [-9.475, 38.73]}}


def schools(*features, **options):
    content = json.dumps({"features": list(features)}).encode()
    return actions.import_rows(by=BY, name="schools", content=content, origin=FileOrigin("schools.geojson"), **options)


def counts(load):
    return load.added, load.changed, load.earlier, load.same, load.gone, load.faulty


@pytest.fixture(autouse=True)
def noon():
    with current_time.freeze(NOON):
        yield


def course(record):
    status = queries.feed_status("posts")
    return [values["cm"] for _at, values, _suppressed in queries.time_series(status.feed, status.state, record)]


def test_the_same_file_again_changes_nothing(posts):
    assert counts(posts(MILL, BRIDGE)) == (2, 0, 0, 0, 0, 0)
    assert posts(MILL, BRIDGE) is None
    assert (ImportRun.objects.count(), Record.objects.count(), RecordVersion.objects.count()) == (1, 2, 0)
    assert counts(posts(MILL, BRIDGE, force=True)) == (0, 0, 0, 2, 0, 0)


def test_a_newer_measurement_replaces_and_keeps_the_older_one(posts):
    posts(MILL, BRIDGE)
    assert counts(posts(MILL.replace("11:30,120", "11:45,160"), BRIDGE)) == (0, 1, 0, 1, 0, 0)
    mill = Record.objects.get(key="mill")
    assert mill.values["cm"] == 160
    assert course(mill) == [120, 160]


def test_an_earlier_measurement_joins_the_past_only_and_only_once(posts):
    posts(MILL)
    early = MILL.replace("11:30,120", "09:00,90")
    assert counts(posts(early, BRIDGE)) == (1, 0, 1, 0, 0, 0)
    assert counts(posts(early)) == (0, 0, 0, 1, 0, 0)
    assert counts(posts(early, early, BRIDGE)) == (0, 0, 0, 3, 0, 0)
    assert Record.objects.get(key="mill").values["cm"] == 120
    assert [past.values["cm"] for past in RecordVersion.objects.all()] == [90]


def test_a_whole_history_in_any_order_ends_with_the_newest(posts):
    lines = [f"Mill,2026-11-2{day},0{hour}:00,{day * 10 + hour},," for day in (2, 1, 3) for hour in (3, 1, 2)]
    lines = [line.replace(",,", ",,38.73,-9.475") for line in lines]
    assert counts(posts(*lines)) == (1, 0, 8, 0, 0, 0)
    mill = Record.objects.get()
    assert mill.values["cm"] == 33
    assert course(mill) == [
        11,
        12,
        13,
        21,
        22,
        23,
        31,
        32,
        33,
    ]


def test_a_correction_of_the_same_moment_keeps_what_it_corrects(posts):
    posts(MILL)
    assert counts(posts(MILL.replace("120", "125"))) == (0, 1, 0, 0, 0, 0)
    assert [past.values["cm"] for past in RecordVersion.objects.all()] == [120]
    assert course(Record.objects.get()) == [125]


def test_every_fault_names_row_and_field_and_the_good_rows_come_in(posts):
    load = posts(
        MILL, BRIDGE, "Weir,2026-11-23,11:00,high,calm,38.73,-9.475", "Dam,2026-11-23,11:00,120,?,38.73,-9.475"
    )
    assert counts(load) == (2, 0, 0, 0, 0, 2)
    assert [(each["row"], each["field"]) for each in load.faults] == [(4, "cm"), (5, "word")]
    assert "high" in load.faults[0]["message"]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (",2026-11-23,11:00,120,,38.73,-9.475", "name"),
        ("Dam,2026-11-23,11:00,9000,,38.73,-9.475", "cm"),
        ("Dam,2026-11-23,11:00,1.5,,38.73,-9.475", "cm"),
        ("Dam,2026-11-23,11:00,nan,,38.73,-9.475", "cm"),
        ("Dam,2026-11-23,25:00,120,,38.73,-9.475", "day, time"),
        ("Dam,2027-01-01,11:00,120,,38.73,-9.475", "day, time"),
        ("Dam,now-3h,,120,,38.73,-9.475", "day, time"),
        ("Dam,2026-11-23,11:00,120,,98.5,-27.2", "lat"),
        ("Dam,2026-11-23,11:00,120,,38.73,-9.475,more", ""),
        (MILL.replace("120", "121"), "post"),
    ],
)
def test_what_is_wrong_in_a_row(posts, line, field):
    load = posts(MILL, BRIDGE, line)
    assert [(each["row"], each["field"]) for each in load.faults] == [(4, field)]
    assert set(Record.objects.values_list("key", flat=True)) == {"mill", "bridge"}


def test_a_file_with_too_many_faults_changes_nothing(posts):
    posts(MILL)
    with pytest.raises(ImportRefused) as refused:
        posts(MILL.replace("120", "130"), "Dam,x,x,x,x,x,x", "Weir,x,x,x,x,x,x")
    assert len(refused.value.faults) == 2
    assert Record.objects.get().values["cm"] == 120
    load = posts(MILL.replace("120", "130"), "Dam,x,x,x,x,x,x", "Weir,x,x,x,x,x,x", force=True)
    assert load.faulty == 2
    assert Record.objects.get().values["cm"] == 130


def test_a_broken_file_leaves_the_last_figures_and_says_since_when(posts):
    posts(MILL)
    for minutes in (5, 10):
        with current_time.freeze(NOON + timedelta(minutes=minutes)), pytest.raises(ImportRefused):
            importer.import_file(
                by=BY, name="posts", content=b"no,such,columns\n1,2,3\n", origin=FileOrigin("broken.csv")
            )
    state = FeedState.objects.get()
    assert state.failed_since == NOON + timedelta(minutes=5)
    assert "name" in state.problem
    assert Record.objects.get().values["cm"] == 120
    assert posts(MILL, BRIDGE).added == 1
    assert FeedState.objects.get().failed_since is None


def test_what_a_whole_source_no_longer_names_is_gone_and_comes_back(folder):
    schools(school(1), school(2), school(3))
    assert counts(schools(school(1), school(2, "Liceu"))) == (0, 1, 0, 1, 1, 0)
    assert set(queries.current_records("schools").values_list("title", flat=True)) == {"Escola 1", "Liceu 2"}
    assert schools(school(1), school(2, "Liceu"), school(3)).changed == 1
    assert queries.current_records("schools").count() == 3


def test_a_source_that_loses_most_of_its_rows_is_not_believed(folder):
    schools(*(school(n) for n in range(20)))
    with pytest.raises(ImportRefused, match="17"):
        schools(*(school(n) for n in range(3)))
    assert queries.current_records("schools").count() == 20
    assert schools(*(school(n) for n in range(3)), force=True).gone == 17


def test_samples_give_way_to_real_rows_and_never_come_back(folder, posts):
    content = (HEAD + "Mill,now-10m,,50,,38.73,-9.475\nOld mill,now-1d,,40,,38.73,-9.475\n").encode()
    (folder / "feeds" / "posts.csv").write_bytes(content)
    assert importer.load_samples(by=BY) == 1
    assert Record.objects.get(key="mill").moment == NOON - timedelta(minutes=10)
    posts(MILL)
    assert [(record.key, record.values["cm"]) for record in Record.objects.all()] == [("mill", 120)]
    assert course(Record.objects.get()) == [120]
    assert importer.load_samples(by=BY) == 0
    with pytest.raises(ImportRefused):
        actions.import_rows(by=BY, name="posts", content=content, origin=FileOrigin("posts.csv", made_up=True))


def test_rows_belong_to_the_area_in_which_their_point_lies(posts):
    posts(MILL)
    index = area_lookup.area_index()
    assert Record.objects.get().area_id == index.locate(38.73, -9.475) == "VS-1"


def test_only_the_program_loads(posts):
    with pytest.raises(NotAllowed):
        actions.import_rows(by=Actor(ActorKind.RESIDENT, 1), name="posts", content=b"", origin=FileOrigin("x"))


def test_a_load_that_dies_half_way_leaves_nothing(posts, monkeypatch):
    posts(MILL)

    def dies(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(actions.audit, "record", dies)
    with pytest.raises(KeyboardInterrupt):
        posts(MILL.replace("120", "130"), BRIDGE)
    assert [record.values["cm"] for record in Record.objects.all()] == [120]
    assert ImportRun.objects.count() == 1
    assert RecordVersion.objects.count() == 0


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE feeds_past SET digest = 'x'",
        "DELETE FROM feeds_past",
        "UPDATE feeds_load SET added = 7",
        "DELETE FROM feeds_load",
        "INSERT INTO feeds_record (feed, key, title, values, digest, load_id)"
        " SELECT feed, key, '', '{}', '', load_id FROM feeds_record",
        "UPDATE feeds_record SET latitude = 91",
        "UPDATE feeds_feedstate SET failed_since = now()",
        "UPDATE feeds_feedstate SET problem = 'words without a time'",
    ],
)
def test_the_database_holds_what_must_hold(posts, sql):
    posts(MILL)
    posts(MILL.replace("120", "125"))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
