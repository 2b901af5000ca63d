"""Backup and restore: complete, encrypted, and never over an existing city."""

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pytest_django.fixtures import Settings

from kini.cases import actions
from kini.cases.models import Attachment, Case
from kini.core import backup, files
from kini.core.chain import removal
from kini.core.database import dumps
from kini.core.database.embedded import DatabaseServerError
from kini.core.environment import ROOT
from tests.cases import town as towns
from tests.environment import replace

RING = "old:bG9jYWwtZGF0YS1rZXktMzItYnl0ZXMtbG9uZy4uLi4=".replace("bG9j", "bG9k")


def address(database: str) -> str:
    parts = connection.settings_dict
    server = {"host": parts["HOST"], "port": parts["PORT"], "user": parts["USER"], "password": parts["PASSWORD"]}
    return make_conninfo(dbname=database, **{name: value for name, value in server.items() if value})


@pytest.fixture
def here(transactional_db: None) -> str:
    """URL of the tests' database."""
    return address(connection.settings_dict["NAME"])


@contextmanager
def empty_database(suffix: str) -> Iterator[str]:
    """Create a database beside the tests' own, and drop it at the end; yields its URL."""
    name = f"{connection.settings_dict['NAME']}_{suffix}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(address(connection.settings_dict["NAME"]), autocommit=True) as db:
        db.execute(drop)
        db.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield address(name)
        db.execute(drop)


@pytest.fixture
def elsewhere(here: str) -> Iterator[str]:
    """URL of an empty database on the same server."""
    with empty_database("elsewhere") as url:
        yield url


@pytest.fixture
def case(here: str, var: Path, settings: Settings) -> Case:
    """A city with one application for a permit, with a photo."""
    settings.CITY_PATH = towns.PACK
    removal.store_terms()  # as `prepare` and `restore` do
    town = towns.build()
    version = towns.offer("stall-permit", towns.PERMIT)
    by = town.named("resident")
    draft = towns.filled(by, version, town.resident)
    stored = actions.attach_file(by=by, draft=draft, slot="letter", upload=towns.photo())
    actions.save_answers(by=by, draft=draft, page="doc-letter", values={"letter": {"files": [str(stored.pk)]}})
    return actions.submit(by=by, draft=draft, confirm=True)


def kini(*words: str, url: str, var: Path) -> subprocess.CompletedProcess[str]:
    """Run a verb as an operator."""
    env = os.environ | {"DATABASE_URL": url, "KINI_VAR": str(var), "KINI_CITY": str(towns.PACK), "PYTHONPATH": "src"}
    command = [sys.executable, "-m", "kini.cli", *words]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with psycopg.connect(url) as db:
        names = [name for (name,) in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        select = sql.SQL("SELECT t::text FROM {} t ORDER BY 1")
        return {name: db.execute(select.format(sql.Identifier(name))).fetchall() for name in sorted(names)}


def test_a_city_comes_back_whole(
    case: Case, here: str, elsewhere: str, var: Path, tmp_path: Path, settings: Settings
) -> None:
    file = tmp_path / "city.kini"
    done = kini("backup", str(file), url=here, var=var)
    assert done.returncode == 0, done.stderr
    assert "1 files" in done.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    done = kini("restore", str(file), url=elsewhere, var=tmp_path / "fresh")
    assert done.returncode == 0, done.stderr
    assert "1 cases checked, 0 tampered with." in done.stdout
    assert contents(elsewhere) == contents(here)
    document = Attachment.objects.get(case=case)
    settings.VAR_PATH = tmp_path / "fresh"
    with files.open_stored(document.sha256) as content:
        assert len(content.read()) == document.size


def test_closed_days_come_back_as_they_were(
    here: str, elsewhere: str, tmp_path: Path, var: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PIECE", 7)
    days = {"sessions/day=2026-11-24/part.parquet": b"PAR1 of twenty bytes", "sketches/all.parquet": b"seven:)"}
    passing = {"spill/one": b"of a question", "sessions/day=2026-11-24/.part.parquet.new": b"half"}
    for name, content in (days | passing).items():
        path = settings.VAR_PATH / "wifi" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    backup.write(tmp_path / "city.kini", here)
    settings.VAR_PATH = tmp_path / "fresh"
    later = settings.VAR_PATH / "wifi" / "sessions" / "day=2026-11-25" / "part.parquet"
    later.parent.mkdir(parents=True)
    later.write_bytes(b"of a city that goes")
    backup.restore(backup.Backup(tmp_path / "city.kini"), elsewhere)
    files_left = [path for path in (settings.VAR_PATH / "wifi").rglob("*") if path.is_file()]
    assert {str(path.relative_to(settings.VAR_PATH / "wifi")): path.read_bytes() for path in files_left} == days
    assert {path.stat().st_mode & 0o777 for path in files_left} == {0o600}


def test_an_older_backup_leaves_closed_days_alone(here: str, elsewhere: str, var: Path, tmp_path: Path) -> None:
    backup.write(tmp_path / "city.kini", here)
    stored = var / "wifi" / "sketches" / "all.parquet"
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"of years")
    backup.restore(backup.Backup(tmp_path / "city.kini"), elsewhere)
    assert stored.read_bytes() == b"of years"


def test_nothing_can_be_read_without_the_keys(case: Case, here: str, tmp_path: Path, settings: Settings) -> None:
    file = tmp_path / "city.kini"
    backup.write(file, here)
    with tarfile.open(file) as tar:
        parts = {entry.name: tar.extractfile(entry).read() for entry in tar}
    assert not any(
        b"Warga Contoh" in content or b"\xff\xd8\xff\xe0\x00\x10JFIF" in content for content in parts.values()
    )
    settings.ENV = replace(settings.ENV, data_keys=RING)
    with pytest.raises(backup.BackupError, match="KINI_DATA_KEYS"):
        backup.Backup(file).verify()


def test_the_city_of_another_hash_key_is_refused(
    case: Case, here: str, elsewhere: str, tmp_path: Path, settings: Settings
) -> None:
    file = tmp_path / "city.kini"
    backup.write(file, here)
    settings.ENV = replace(settings.ENV, hash_key=RING.partition(":")[2])
    with pytest.raises(backup.BackupError, match="KINI_HASH_KEY"):
        backup.restore(backup.Backup(file), elsewhere)
    assert contents(elsewhere) == {}


def test_a_backup_of_before_a_new_hash_key_is_restored_with_both_and_later_ones_need_both(
    case: Case, here: str, elsewhere: str, tmp_path: Path, settings: Settings
) -> None:
    old, later = tmp_path / "old.kini", tmp_path / "later.kini"
    backup.write(old, here)
    before, new = settings.ENV.hash_key, RING.replace("old:", "new:")
    settings.ENV = replace(settings.ENV, hash_key=f"{new},old:{before}")
    backup.write(later, here)
    backup.restore(backup.Backup(old), elsewhere)
    assert contents(elsewhere) == contents(here)
    for one in (before, new):
        settings.ENV = replace(settings.ENV, hash_key=one)
        with pytest.raises(backup.BackupError, match="KINI_HASH_KEY"):
            backup.restore(backup.Backup(later), elsewhere, replace=True)


def test_a_city_that_is_there_is_replaced_only_by_force(case: Case, here: str, elsewhere: str, tmp_path: Path) -> None:
    file = tmp_path / "city.kini"
    backup.write(file, here)
    with psycopg.connect(elsewhere) as db:
        db.execute("CREATE TABLE precious AS SELECT 1 AS one")
    with pytest.raises(backup.BackupError, match="--force"):
        backup.restore(backup.Backup(file), elsewhere)
    assert list(contents(elsewhere)) == ["precious"]
    backup.restore(backup.Backup(file), elsewhere, replace=True)
    assert contents(elsewhere) == contents(here)


def test_a_city_that_somebody_works_in_is_not_touched(case: Case, here: str, elsewhere: str, tmp_path: Path) -> None:
    file = tmp_path / "city.kini"
    backup.write(file, here)
    with psycopg.connect(elsewhere), pytest.raises(backup.BackupError, match="in use"):
        backup.restore(backup.Backup(file), elsewhere, replace=True)


def test_a_changed_byte_or_a_lost_end_is_found_before_anything_happens(
    case: Case, here: str, elsewhere: str, tmp_path: Path
) -> None:
    file, broken = tmp_path / "city.kini", tmp_path / "broken.kini"
    backup.write(file, here)
    whole = file.read_bytes()
    with tarfile.open(file) as tar:
        places = [entry.offset_data + entry.size // 2 for entry in tar if entry.name != backup.HEAD]
        ends = [entry.offset for entry in tar]
    for place in places:
        broken.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(backup.BackupError):
            backup.restore(backup.Backup(broken), elsewhere)
    for end in [*ends, *places]:
        broken.write_bytes(whole[:end])
        with pytest.raises(backup.BackupError):
            backup.restore(backup.Backup(broken), elsewhere)
    assert contents(elsewhere) == {}


def test_parts_of_two_backups_do_not_mix(case: Case, here: str, tmp_path: Path) -> None:
    one, two, mixed = (tmp_path / name for name in ("one", "two", "mixed"))
    backup.write(one, here)
    backup.write(two, here)
    with tarfile.open(one) as first, tarfile.open(two) as second, tarfile.open(mixed, "w") as out:
        for entry in first:
            source = second if entry.name == "database/1" else first
            out.addfile(source.getmember(entry.name), source.extractfile(entry.name))
    with pytest.raises(backup.BackupError, match="database/1"):
        backup.Backup(mixed).verify()


def test_a_newer_city_is_refused(case: Case, here: str, elsewhere: str, tmp_path: Path) -> None:
    with psycopg.connect(here) as db:
        db.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '9999_from_afar', now())")
    try:
        backup.write(tmp_path / "city.kini", here)
    finally:
        with psycopg.connect(here) as db:
            db.execute("DELETE FROM django_migrations WHERE name = '9999_from_afar'")
    with pytest.raises(backup.BackupError, match=r"newer Kini.*cases\.9999_from_afar"):
        backup.restore(backup.Backup(tmp_path / "city.kini"), elsewhere)


def test_a_damaged_file_is_left_out_and_said(case: Case, here: str, var: Path, tmp_path: Path) -> None:
    sha256 = Attachment.objects.get(case=case).sha256
    files.path_of(sha256).write_bytes(b"something else")
    done = kini("backup", str(tmp_path / "city.kini"), url=here, var=var)
    assert done.returncode == 1
    assert sha256 in done.stdout


def test_a_missing_file_is_said_and_what_nobody_names_is_left_out(
    case: Case, here: str, var: Path, tmp_path: Path
) -> None:
    unnamed = files.store_content(b"of a draft that was deleted")
    manifest = backup.write(tmp_path / "whole.kini", here)
    named = Attachment.objects.get(case=case).sha256
    assert [name for name, _content in backup.Backup(tmp_path / "whole.kini").parts(backup.FILES)] == [named]
    assert unnamed not in manifest.missing
    files.path_of(named).unlink()
    done = kini("backup", str(tmp_path / "city.kini"), url=here, var=var)
    assert done.returncode == 1
    assert f"The file {named} is missing" in done.stdout
    assert backup.Backup(tmp_path / "city.kini").verify().missing == [named]


def test_nothing_is_written_over_and_nothing_is_left_behind(case: Case, here: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "city.kini").write_text("an older one")
    with pytest.raises(backup.BackupError, match="exists"):
        backup.write(folder / "city.kini", here)
    with pytest.raises(DatabaseServerError):
        backup.write(folder / "other.kini", address("no-such-database"))
    assert [path.name for path in folder.iterdir()] == ["city.kini"]
    assert (folder / "city.kini").read_text() == "an older one"


@pytest.mark.parametrize("failing", [b"SELECT nonsense;", None])
def test_a_load_that_fails_changes_nothing(elsewhere: str, failing: bytes | None) -> None:
    with psycopg.connect(elsewhere) as db:
        db.execute("CREATE TABLE precious AS SELECT 1 AS one")

    def pieces() -> Iterator[bytes]:
        yield b"CREATE TABLE fresh ();"
        if failing is None:
            raise backup.BackupError("cut off")
        yield failing

    with pytest.raises((DatabaseServerError, backup.BackupError)):
        dumps.load(elsewhere, pieces())
    assert list(contents(elsewhere)) == ["precious"]


def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Dear city")
    with pytest.raises(backup.BackupError, match="no backup"):
        backup.Backup(tmp_path / "note.txt")
