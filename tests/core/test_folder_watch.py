"""Watch of folders: changes are reported once they have settled."""

import os
from pathlib import Path

import pytest

from kini.core import folder_watch
from kini.core.folder_watch import FolderWatch


@pytest.fixture(autouse=True)
def without_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_watch, "INTERVAL", 0.0)


@pytest.fixture
def watch(tmp_path: Path) -> FolderWatch:
    (tmp_path / "services").mkdir()
    (tmp_path / "city.toml").write_text("one", "utf-8")
    (tmp_path / "services" / "permit.yaml").write_text("one", "utf-8")
    return FolderWatch([tmp_path])


def test_nothing_is_reported_while_nothing_changes(watch: FolderWatch) -> None:
    assert not watch.has_changes()
    assert not watch.has_changes()
    assert watch.take_changes() == []


def test_changes_are_reported_once_when_they_have_settled(tmp_path: Path, watch: FolderWatch) -> None:
    (tmp_path / "services" / "permit.yaml").write_text("three", "utf-8")
    (tmp_path / "services" / "new.yaml").write_text("new", "utf-8")
    assert not watch.has_changes(), "an editor may still be saving"
    (tmp_path / "city.toml").unlink()
    assert not watch.has_changes()
    assert watch.has_changes()
    changed = [tmp_path / "city.toml", tmp_path / "services" / "new.yaml", tmp_path / "services" / "permit.yaml"]
    assert watch.take_changes() == changed
    assert not watch.has_changes()


def test_a_file_of_the_same_size_counts_by_its_time(tmp_path: Path, watch: FolderWatch) -> None:
    os.utime(tmp_path / "city.toml", (1, 1))
    watch.has_changes()
    assert watch.has_changes()


def test_what_changes_while_changes_are_loaded_is_reported_after_them(tmp_path: Path, watch: FolderWatch) -> None:
    os.utime(tmp_path / "city.toml", (1, 1))
    watch.has_changes()
    watch.has_changes()
    os.utime(tmp_path / "city.toml", (2, 2))
    assert watch.take_changes() == [tmp_path / "city.toml"]
    watch.has_changes()
    assert watch.has_changes()


def test_files_of_editors_and_compiled_files_do_not_count(tmp_path: Path, watch: FolderWatch) -> None:
    (tmp_path / "services" / "__pycache__").mkdir()
    for name in (".permit.yaml.swp", "permit.yaml~", "__pycache__/pages.pyc"):
        (tmp_path / "services" / name).write_text("x", "utf-8")
    watch.has_changes()
    assert not watch.has_changes()
