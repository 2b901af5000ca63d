"""Data sets change whole or not at all, and their manifest names what is current."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from kini.analytics import datasets, engine, partitions
from kini.analytics.datasets import DataSet, Term
from kini.analytics.manifest import NAME, ManifestError
from kini.cli import check_datasets
from kini.core import backup, retention
from kini.core.registry import Registry

SOME = DataSet("tests.visits", "tests/visits", "day", {"place": "string", "visits": "int64"})
MONDAY, TUESDAY = "2026-11-23", "2026-11-24"


def rows(*visits, **columns):
    table = pyarrow.table({"place": ["park"] * len(visits), "visits": list(visits)} | columns)
    return lambda path: parquet.write_table(table, path)


@pytest.fixture
def store(tmp_path):
    return SOME.store(tmp_path / "visits")


@pytest.fixture
def two_days(store):
    with store.change() as change:
        change.write(MONDAY, rows(1, 2))
        change.write(TUESDAY, rows(3))
    return store


def visits(store, keys=None):
    return [parquet.read_table(path)["visits"].to_pylist() for path in store.paths(keys)]


def files(store):
    return sorted(path for path in store.folder.rglob("*.parquet"))


def test_the_manifest_says_what_there_is(two_days):
    manifest = two_days.manifest()
    assert (manifest.dataset, manifest.version, two_days.partition_keys()) == ("tests.visits", 1, [MONDAY, TUESDAY])
    monday = manifest.partitions[MONDAY]
    path = two_days.folder / monday.file
    assert (monday.rows, monday.size, monday.schema) == (2, path.stat().st_size, 1)
    assert path.parent.name == f"day={MONDAY}"
    assert path.name == f"{monday.sha256[:16]}.parquet"
    assert two_days.damaged_files() == []
    assert {path.stat().st_mode & 0o077 for path in files(two_days)} == {0}


def test_the_same_content_is_no_change(two_days):
    before = two_days.manifest()
    with two_days.change() as change:
        change.write(MONDAY, rows(1, 2))
    assert two_days.manifest() == before


def test_a_change_that_fails_leaves_the_former_state(two_days):
    before = two_days.manifest(), files(two_days)

    def write_and_fail():
        with two_days.change() as change:
            change.write(MONDAY, rows(9))
            change.remove(TUESDAY)
            raise RuntimeError("lost power")

    with pytest.raises(RuntimeError, match="lost power"):
        write_and_fail()
    assert (two_days.manifest(), files(two_days)) == before


def test_a_crash_before_the_manifest_leaves_the_former_state(two_days, monkeypatch):
    """Nothing is tidied up, as if the process had been killed; the next change does it."""
    monkeypatch.setattr(partitions, "write_manifest", lambda *_args: (_ for _ in ()).throw(KeyboardInterrupt))
    monkeypatch.setattr(partitions.PartitionStore, "_sweep", lambda *_args: None)
    with pytest.raises(KeyboardInterrupt), two_days.change() as change:
        change.write(MONDAY, rows(9))
    assert visits(two_days) == [[1, 2], [3]]
    assert len(files(two_days)) == 3
    monkeypatch.undo()
    with two_days.change() as change:
        change.remove(TUESDAY)
    assert visits(two_days) == [[1, 2]]
    assert len(files(two_days)) == 2  # readers of the former state may still open Tuesday


def test_readers_finish_with_the_state_with_which_they_began(two_days):
    paths = two_days.paths()
    with two_days.change() as change:
        change.write(MONDAY, rows(7))
    assert [parquet.read_table(path)["visits"].to_pylist() for path in paths] == [[1, 2], [3]]
    assert visits(two_days) == [[7], [3]]
    with two_days.change() as change:
        change.write(MONDAY, rows(8))
    assert not paths[0].exists()


def test_writers_take_turns(store):
    def write(day):
        with store.change() as change:
            change.write(day, rows(1))

    threads = [threading.Thread(target=write, args=[f"2026-11-{day:02}"]) for day in range(1, 11)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(store.partition_keys()) == 10
    assert store.manifest().version == 10


@pytest.mark.parametrize("columns", [{"visits": ["many"]}, {"more": [1]}])
def test_other_columns_than_declared_are_refused(two_days, columns):
    with pytest.raises(partitions.SchemaMismatch, match=r"tests\.visits: columns differ"), two_days.change() as change:
        change.write(MONDAY, rows(9, **columns))
    assert visits(two_days) == [[1, 2], [3]]
    assert len(files(two_days)) == 2


def test_files_of_older_releases_are_adopted(store):
    for day, visit in ((MONDAY, 1), (TUESDAY, 2)):
        path = store.folder / f"day={day}" / "part.parquet"
        path.parent.mkdir(parents=True)
        rows(visit, visits_before=[0])(path)
    assert visits(store) == [[1], [2]]
    with store.change() as change:
        change.write(TUESDAY, rows(3))
    assert visits(store) == [[1], [3]]
    assert store.manifest().partitions[MONDAY].file == f"day={MONDAY}/part.parquet"
    with engine.open_partitions(store, spill=store.folder) as table:
        assert set(table.columns) == {"place", "visits", "day"}
        assert sorted(row["visits"] for row in table.to_pyarrow().to_pylist()) == [1, 3]
    with engine.open_partitions(store, [TUESDAY], spill=store.folder) as table:
        assert table.count().to_pyarrow().as_py() == 1


def test_damage_is_found_and_named(two_days, capsys, monkeypatch):
    monkeypatch.setattr(DataSet, "store", lambda self, folder=None: two_days)
    assert check_datasets.is_intact(SOME)
    path = two_days.paths()[0]
    path.write_bytes(path.read_bytes() + b" ")
    assert two_days.damaged_files() == [f"day={MONDAY}/{path.name}"]
    assert not check_datasets.is_intact(SOME)
    assert "was changed; restore it from a backup" in capsys.readouterr().out
    (two_days.folder / NAME).write_text('{"format": 1, "partitions": [')
    with pytest.raises(ManifestError, match="restore it from a backup, or delete it"):
        two_days.manifest()
    assert not check_datasets.is_intact(SOME)
    (two_days.folder / NAME).unlink()
    assert two_days.partition_keys() == [MONDAY, TUESDAY]


def test_what_was_computed_names_its_source(two_days):
    source = two_days.digest([MONDAY])
    assert source == two_days.digest([MONDAY])
    with two_days.change() as change:
        change.write(TUESDAY, rows(8))
    assert source == two_days.digest([MONDAY])
    with two_days.change() as change:
        change.write(MONDAY, rows(8))
    assert source != two_days.digest([MONDAY])


@pytest.fixture
def registries(monkeypatch, tmp_path, settings):
    settings.VAR_PATH = tmp_path
    monkeypatch.setattr(datasets, "datasets", Registry("data set"))
    monkeypatch.setattr(backup, "folders", Registry("folder of the backup"))
    monkeypatch.setattr(datasets, "rules", Registry("rule of retention"))
    return datasets.rules


@pytest.mark.django_db
def test_a_room_declares_retention_and_backup_with_its_data_set(registries):
    term = Term(timedelta(days=30), "Visits", "Not needed longer")
    visits = DataSet(SOME.name, SOME.folder, SOME.key, SOME.columns, term=term)
    datasets.register(visits)
    datasets.register(DataSet("tests.sums", "tests/sums", "month", {}, derived=True))
    assert list(backup.folders) == ["tests/visits"]
    (rule,) = registries
    today = datetime.now(UTC).date()
    old, new = str(today - timedelta(days=40)), str(today - timedelta(days=20))
    with visits.store().change() as change:
        change.write(old, rows(1))
        change.write(new, rows(2))
    assert retention.apply(rule) == 1
    assert visits.store().partition_keys() == [new]
    assert retention.apply(rule) == 0


def test_backups_read_manifests_before_they_list_files(registries, two_days, settings):
    datasets.register(SOME)
    two_days.folder.rename(Path(settings.VAR_PATH) / "tests-visits")
    (Path(settings.VAR_PATH) / "tests").mkdir()
    (Path(settings.VAR_PATH) / "tests-visits").rename(Path(settings.VAR_PATH) / SOME.folder)
    paths = backup._closed()
    assert next(paths).name == NAME
    with SOME.store().change() as change:
        change.write(MONDAY, rows(9))
    names = {path.relative_to(Path(settings.VAR_PATH) / SOME.folder).as_posix() for path in paths}
    assert {partition.file for partition in SOME.store().manifest().partitions.values()} <= names
    assert len(names) == 3
