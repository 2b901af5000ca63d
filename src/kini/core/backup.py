"""A backup: the whole city in one file, sealed with the city's own keys, which are not in it.

It is a tar: a head that anybody may read (which Kini, when), the database in pieces, every file that a row names under
its hash, the Wi-Fi's closed days in pieces, and last a manifest with a digest over the SHA-256 of every part, so that a
file that was cut off is known. Every part but the head is sealed to its name and to this backup: parts cannot be
changed, moved or mixed unseen.
"""

import hashlib
import io
import json
import os
import tarfile
import tempfile
import uuid
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import IO

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

import kini
from kini.core import crypto, file_references, file_store
from kini.core.database import dumps

FORMAT = 1
HEAD, MANIFEST = "kini-backup.json", "manifest"
DATABASE, FILES, BESIDE, CLOSED = "database/", "files/", "var/", "closed/"
#: Small files of the var folder that belong to the city: the list of demo sign-ins.
BELONGING = ("demo.json",)
#: Folders of the var folder whose files belong to the city, and in how large pieces they are kept, in bytes.
FOLDERS, PIECE = ("wifi/sessions", "wifi/sketches"), 8_000_000
#: How many others are connected to the database, and how many tables it has.
TAKEN = """
SELECT (SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
            -- Of other roles' sessions an owner who is no superuser does not see what they are.
            AND coalesce(backend_type, 'client backend') = 'client backend'),
       (SELECT count(*) FROM pg_tables WHERE schemaname = 'public')
"""


class BackupFault(Exception):
    """This file cannot be written or restored; the message is one clear sentence."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a backup without a key."""

    format: int
    kini: str
    made_at: str
    id: str


@dataclass(slots=True)
class Listing:
    """The parts, in their order: how many, how many of them kept files, and a digest over names and contents."""

    parts: int = 0
    files: int = 0
    digest: str = ""

    def add(self, name: str, content: bytes) -> None:
        self.parts += 1
        self.files += name.startswith(FILES)
        line = f"{self.digest} {name} {hashlib.sha256(content).hexdigest()}"
        self.digest = hashlib.sha256(line.encode()).hexdigest()


@dataclass(slots=True)
class Manifest:
    """What is in a backup.

    Attributes:
        damaged: hashes of kept files that were changed; they are not in the backup.
        missing: hashes that rows name and under which nothing is kept.
        migrations: "app.name" of every migration that the database had.
        hash_key: marks of the keys in KINI_HASH_KEY, by which timelines are verified; comma-separated.
    """

    hash_key: str
    migrations: list[str]
    listing: Listing = field(default_factory=Listing)
    damaged: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def write(target: Path, url: str) -> Manifest:
    """Write a backup of the city, read it back, and only then give it its name. The city may run meanwhile.

    Raises:
        BackupFault: when the target exists or what was written does not read back.
        DatabaseFault, OSError: when something cannot be read or written; there is no target then.
    """
    if target.exists():
        raise BackupFault(f"{target} exists already; give another name")
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # its mode is 0600
    try:
        with os.fdopen(handle, "wb") as out:
            manifest = _write(out, url)
            out.flush()
            os.fsync(handle)
        Backup(Path(temporary)).verify()
        Path(temporary).rename(target)
        file_store.sync_folder(target.parent)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return manifest


def _write(out: IO[bytes], url: str) -> Manifest:
    head = Head(FORMAT, kini.__version__, datetime.now(UTC).isoformat(timespec="seconds"), uuid.uuid4().hex)
    applied = sorted(map(".".join, MigrationRecorder(connection).applied_migrations()))
    manifest = Manifest(",".join(hash_key_marks()), applied)
    with tarfile.open(fileobj=out, mode="w|") as tar:

        def seal(name: str, content: bytes) -> None:
            _add(tar, name, crypto.seal(content, head.id + name))

        def add(name: str, content: bytes) -> None:
            manifest.listing.add(name, content)
            seal(name, content)

        _add(tar, HEAD, json.dumps(asdict(head)).encode())
        before = file_references.all_named()
        for number, piece in enumerate(dumps.dump(url), 1):
            add(f"{DATABASE}{number}", zlib.compress(piece, level=1))
        # After the database, as a file is stored before a row names it. A file that lost its row during the dump is
        # still on the disk, because the sweep waits for a day.
        _add_files(add, manifest, before | file_references.all_named())
        _add_beside(add)
        seal(MANIFEST, json.dumps(asdict(manifest)).encode())
    return manifest


def _add_files(add: Callable[[str, bytes], None], manifest: Manifest, named: set[str]) -> None:
    for sha256 in sorted(named):
        try:
            with file_store.open_stored(sha256) as file:
                add(f"{FILES}{sha256}", file.read())
        except FileNotFoundError:
            manifest.missing.append(sha256)
        except file_store.FileChanged:
            manifest.damaged.append(sha256)


def _add_beside(add: Callable[[str, bytes], None]) -> None:
    for path in (settings.VAR_PATH / name for name in BELONGING):
        if path.exists():
            add(f"{BESIDE}{path.name}", path.read_bytes())
    for path in _closed():
        with path.open("rb") as file:  # one that is written anew meanwhile is another file
            for number, piece in enumerate(iter(partial(file.read, PIECE), b""), 1):
                add(f"{CLOSED}{path.relative_to(settings.VAR_PATH)}/{number}", piece)


def _closed() -> Iterator[Path]:
    """The files of FOLDERS, without what is just being written."""
    found = (path for folder in FOLDERS for path in sorted((settings.VAR_PATH / folder).rglob("*")))
    return (path for path in found if path.is_file() and not path.name.startswith("."))


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


class Backup:
    """A written backup, read as a stream, from the beginning each time.

    Raises (every method):
        BackupFault: when it is no backup, was changed or cut off, or belongs to other keys or another Kini.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        name, content = next(self._entries(), ("", b""))
        if name != HEAD:
            raise BackupFault(f"{path} is no backup of Kini")
        self.head = Head(**json.loads(content))
        if self.head.format != FORMAT:
            raise BackupFault(f"{path} was written by Kini {self.head.kini}, in a form that this one does not read")

    def verify(self) -> Manifest:
        """Read all of it, compare it with its manifest, and answer what is in it."""
        found = Listing()
        for name, content in self._opened():
            if name != MANIFEST:
                found.add(name, content)
                continue
            told = json.loads(content)
            if (manifest := Manifest(**told | {"listing": Listing(**told["listing"])})).listing != found:
                raise BackupFault(f"{self.path} does not hold what its manifest says")
            return manifest
        raise BackupFault(f"{self.path} ends too early: it was cut off while it was written or copied")

    def database(self) -> Iterator[bytes]:
        """The dump, piece by piece."""
        return (zlib.decompress(content) for _name, content in self.parts(DATABASE))

    def parts(self, sort: str) -> Iterator[tuple[str, bytes]]:
        """Name and content of the parts of one sort: DATABASE, FILES, BESIDE or CLOSED."""
        return ((name.removeprefix(sort), content) for name, content in self._opened() if name.startswith(sort))

    def _opened(self) -> Iterator[tuple[str, bytes]]:
        for name, sealed in self._entries():
            if name != HEAD:
                try:
                    yield name, crypto.unseal(sealed, self.head.id + name)
                except crypto.SealBroken as broken:
                    raise BackupFault(f"{self.path} cannot be read at {name}: {str(broken).rstrip('.')}") from None

    def _entries(self) -> Iterator[tuple[str, bytes]]:
        try:
            with tarfile.open(self.path, mode="r|") as tar:
                for entry in tar:
                    file = tar.extractfile(entry)
                    yield entry.name, file.read() if file else b""
        except tarfile.TarError:
            raise BackupFault(f"{self.path} is no backup of Kini, or was cut off") from None


def restore(backup: Backup, url: str, *, replace: bool = False) -> Manifest:
    """Put a city back: everything is verified first, files come next, then the database in one transaction.

    Args:
        replace: also into a database that holds something, which is lost.

    Raises:
        BackupFault: as `Backup` does; when there is something already, or somebody else is connected.
        DatabaseFault: when the database refuses; it is then as it was.
    """
    manifest = backup.verify()
    require_fit(backup, manifest)
    require_free(url, replace)
    for _name, content in backup.parts(FILES):
        file_store.keep(content)
    dumps.load(url, backup.database())
    for name, content in backup.parts(BESIDE):
        (settings.VAR_PATH / name).write_bytes(content)
    _put_back(backup)
    return manifest


def _put_back(backup: Backup) -> None:
    """The files of FOLDERS as they were; others that lie there go, unless the backup is from before it held any."""
    known: set[Path] = set()
    for name, pieces in groupby(backup.parts(CLOSED), key=lambda part: part[0].rpartition("/")[0]):
        path = settings.VAR_PATH / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = path.with_name(f".{path.name}.new")
        with new.open("wb") as file:
            file.writelines(content for _name, content in pieces)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(0o600)
        new.replace(path)
        known.add(path)
    for path in [each for each in _closed() if known and each not in known]:
        path.unlink()


def require_fit(backup: Backup, manifest: Manifest) -> None:
    """Stop before anything is changed when this program could not go on with what is in the backup."""
    if not set(manifest.hash_key.split(",")) <= set(hash_key_marks()):
        raise BackupFault(f"{backup.path} needs another KINI_HASH_KEY; give all keys of the city it came from")
    known = MigrationLoader(None).disk_migrations or {}
    rooms = {app for app, _name in known}
    for app, _dot, name in (each.partition(".") for each in manifest.migrations):
        if app in rooms and (app, name) not in known:
            raise BackupFault(f"{backup.path} was written by a newer Kini: this one does not know {app}.{name}")


def require_free(url: str, replace: bool) -> None:
    """Stop when there is something that would be lost, or somebody who still works with it."""
    with psycopg.connect(url) as db:
        others, tables = db.execute(TAKEN).fetchone() or (0, 0)
    if others:
        raise BackupFault("the database is in use; stop the web server and the worker (or ./kini up) first")
    if tables and not replace:
        raise BackupFault("there is a city in the database already; with --force everything in it is lost and replaced")


def hash_key_marks() -> list[str]:
    """Marks by which keys of KINI_HASH_KEY are told apart without showing them."""
    return [form.hex() for form in crypto.hash_forms("mark", "backup")]
