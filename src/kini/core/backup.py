"""Backup and restore: the whole city in one file, encrypted with its own keys, which are not in it.

The file is a tar: a readable header (version, time), the database in chunks, every referenced file under its hash,
folders that rooms register in chunks, and last a manifest with a digest over the SHA-256 of every part, which shows a
truncated file. Every part but the header is encrypted and bound to its name and to this backup.
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
from kini.core.registry import Registry

FORMAT = 1
HEAD, MANIFEST = "kini-backup.json", "manifest"
DATABASE, FILES, BESIDE, CLOSED = "database/", "files/", "var/", "closed/"
#: Small files of the var folder that are part of a backup: the list of demo sign-ins.
VAR_FILES = ("demo.json",)
#: Folders of the var folder that are part of a backup, by the room that registers them: paths without a leading slash.
folders: Registry[str] = Registry("folder of the backup")
#: Size of chunks in bytes.
PIECE = 8_000_000
#: Number of other connections, and of tables.
DATABASE_USE = """
SELECT (SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
            -- An owner who is no superuser does not see the type of other roles' sessions.
            AND coalesce(backend_type, 'client backend') = 'client backend'),
       (SELECT count(*) FROM pg_tables WHERE schemaname = 'public')
"""


class BackupError(Exception):
    """A backup cannot be written or restored; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class BackupHeader:
    """Readable part of a backup."""

    format: int
    kini: str
    made_at: str
    id: str


@dataclass(slots=True)
class PartList:
    """Number of parts, number of stored files among them, and a digest over names and contents in order."""

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
    """Contents of a backup.

    Attributes:
        damaged: hashes of stored files that were changed; they are not in the backup.
        missing: referenced hashes without a file.
        migrations: "app.name" of every applied migration.
        hash_key: fingerprints of the keys in KINI_HASH_KEY, by which timelines are verified; comma-separated.
    """

    hash_key: str
    migrations: list[str]
    listing: PartList = field(default_factory=PartList)
    damaged: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def write(target: Path, url: str) -> Manifest:
    """Write a backup, verify it, then rename it to `target`. The city may run meanwhile.

    Raises:
        BackupError: when the target exists or the written file does not verify.
        DatabaseServerError, OSError: when something cannot be read or written; the target does not exist then.
    """
    if target.exists():
        raise BackupError(f"{target} exists already; give another name")
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
    head = BackupHeader(FORMAT, kini.__version__, datetime.now(UTC).isoformat(timespec="seconds"), uuid.uuid4().hex)
    applied = sorted(map(".".join, MigrationRecorder(connection).applied_migrations()))
    manifest = Manifest(",".join(hash_key_fingerprints()), applied)
    with tarfile.open(fileobj=out, mode="w|") as tar:

        def seal(name: str, content: bytes) -> None:
            _add(tar, name, crypto.encrypt(content, head.id + name))

        def add(name: str, content: bytes) -> None:
            manifest.listing.add(name, content)
            seal(name, content)

        _add(tar, HEAD, json.dumps(asdict(head)).encode())
        before = file_references.referenced_hashes()
        for number, piece in enumerate(dumps.dump(url), 1):
            add(f"{DATABASE}{number}", zlib.compress(piece, level=1))
        # After the database: a file is stored before its row. A file whose row was deleted during the dump is still
        # there, because orphans are kept for a day.
        _add_files(add, manifest, before | file_references.referenced_hashes())
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
    for path in (settings.VAR_PATH / name for name in VAR_FILES):
        if path.exists():
            add(f"{BESIDE}{path.name}", path.read_bytes())
    for path in _closed():
        with path.open("rb") as file:  # stays readable when the path is replaced meanwhile
            for number, piece in enumerate(iter(partial(file.read, PIECE), b""), 1):
                add(f"{CLOSED}{path.relative_to(settings.VAR_PATH)}/{number}", piece)


def _closed() -> Iterator[Path]:
    """Yield the files of the registered folders, without partial ones.

    Names with an underscore (manifests) come first: the files that they name still exist when the others are listed.
    """
    for folder in folders:
        for pattern in ("_*", "[!_.]*"):
            yield from sorted(path for path in (settings.VAR_PATH / folder).rglob(pattern) if path.is_file())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


class Backup:
    """Reader of a backup. Every method streams the file from its beginning.

    Raises (every method):
        BackupError: when it is no backup, was changed or truncated, or belongs to other keys or another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        name, content = next(self._entries(), ("", b""))
        if name != HEAD:
            raise BackupError(f"{path} is no backup of Kini")
        self.head = BackupHeader(**json.loads(content))
        if self.head.format != FORMAT:
            raise BackupError(f"{path} was written by Kini {self.head.kini}, in a form that this one does not read")

    def verify(self) -> Manifest:
        """Read all parts, compare them with the manifest and return it."""
        read = PartList()
        for name, content in self._opened():
            if name != MANIFEST:
                read.add(name, content)
                continue
            stored = json.loads(content)
            if (manifest := Manifest(**stored | {"listing": PartList(**stored["listing"])})).listing != read:
                raise BackupError(f"{self.path} does not hold what its manifest says")
            return manifest
        raise BackupError(f"{self.path} ends too early: it was cut off while it was written or copied")

    def database(self) -> Iterator[bytes]:
        """Yield the chunks of the dump."""
        return (zlib.decompress(content) for _name, content in self.parts(DATABASE))

    def parts(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """Name and content of the parts with a prefix: DATABASE, FILES, BESIDE or CLOSED."""
        return ((name.removeprefix(prefix), content) for name, content in self._opened() if name.startswith(prefix))

    def _opened(self) -> Iterator[tuple[str, bytes]]:
        for name, sealed in self._entries():
            if name != HEAD:
                try:
                    yield name, crypto.decrypt(sealed, self.head.id + name)
                except crypto.DecryptionError as broken:
                    raise BackupError(f"{self.path} cannot be read at {name}: {str(broken).rstrip('.')}") from None

    def _entries(self) -> Iterator[tuple[str, bytes]]:
        try:
            with tarfile.open(self.path, mode="r|") as tar:
                for entry in tar:
                    file = tar.extractfile(entry)
                    yield entry.name, file.read() if file else b""
        except tarfile.TarError:
            raise BackupError(f"{self.path} is no backup of Kini, or was cut off") from None


def restore(backup: Backup, url: str, *, replace: bool = False) -> Manifest:
    """Restore a city: verify everything, restore the files, then the database in one transaction.

    Args:
        replace: overwrite a database that has tables.

    Raises:
        BackupError: as `Backup`; also when the database has tables or other connections.
        DatabaseServerError: when the database refuses; it is then unchanged.
    """
    manifest = backup.verify()
    require_compatible(backup, manifest)
    require_unused(url, replace)
    for _name, content in backup.parts(FILES):
        file_store.store_content(content)
    dumps.load(url, backup.database())
    for name, content in backup.parts(BESIDE):
        (settings.VAR_PATH / name).write_bytes(content)
    _put_back(backup)
    return manifest


def _put_back(backup: Backup) -> None:
    """Restore files of the registered folders, delete others; older backups have none, and then nothing is deleted."""
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


def require_compatible(backup: Backup, manifest: Manifest) -> None:
    """Raise BackupError unless this version and its keys can use the backup."""
    if not set(manifest.hash_key.split(",")) <= set(hash_key_fingerprints()):
        raise BackupError(f"{backup.path} needs another KINI_HASH_KEY; give all keys of the city it came from")
    known = MigrationLoader(None).disk_migrations or {}
    rooms = {app for app, _name in known}
    for app, _dot, name in (each.partition(".") for each in manifest.migrations):
        if app in rooms and (app, name) not in known:
            raise BackupError(f"{backup.path} was written by a newer Kini: this one does not know {app}.{name}")


def require_unused(url: str, replace: bool) -> None:
    """Raise BackupError when the database has tables (unless `replace`) or other connections."""
    with psycopg.connect(url) as db:
        others, tables = db.execute(DATABASE_USE).fetchone() or (0, 0)
    if others:
        raise BackupError("the database is in use; stop the web server and the worker (or ./kini up) first")
    if tables and not replace:
        raise BackupError("there is a city in the database already; with --force everything in it is lost and replaced")


def hash_key_fingerprints() -> list[str]:
    """Fingerprints of the keys of KINI_HASH_KEY."""
    return [form.hex() for form in crypto.candidate_hashes("mark", "backup")]
