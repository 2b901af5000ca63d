"""Data of a database server with a migrated database, made once and copied for each run of the tests.

Running all migrations takes seven seconds of one core, copying the data less than one. The copy is of this state of the
migrations, SQL files and packages; a test database that is cloned from it is migrated as usual.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from kini.core.database.embedded import EmbeddedServer
from kini.core.environment import ROOT

#: The migrated database, which Django clones (DATABASES["default"]["TEST"]["TEMPLATE"]).
TEMPLATE = "migrated"
FOLDER = ROOT / "var" / "test-server"
MIGRATE = "import django; django.setup(); from kini.core.database.migration import migrate; migrate()"


def copy_data(target: Path) -> str:
    """Copy the data of a server with the database TEMPLATE, whose name is returned, to a folder.

    Where none is up to date, one is migrated first.
    """
    stored = FOLDER / _digest()
    if not stored.exists():
        _build(stored)
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "--archive", str(stored), str(target)], check=True)  # noqa: S603, S607 -- own
    return TEMPLATE


def _digest() -> str:
    source = ROOT / "src" / "kini"
    files = [*source.rglob("migrations/*.py"), *source.rglob("sql/*.sql"), source / "rooms.py"]
    files += [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"]
    digest = sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _build(stored: Path) -> None:
    """Migrate a database in a new server, and store its data in place of older ones."""
    with tempfile.TemporaryDirectory(prefix="kini-tests-") as folder:
        with EmbeddedServer(Path(folder), durable=False) as server:
            own = {"DATABASE_URL": server.create_database(TEMPLATE), "DJANGO_SETTINGS_MODULE": "kini.settings"}
            subprocess.run([sys.executable, "-c", MIGRATE], env=os.environ | own, check=True)  # noqa: S603 -- own
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        subprocess.run(["cp", "--archive", str(server.data), f"{stored}.new"], check=True)  # noqa: S603, S607 -- own
        with suppress(OSError):  # another run was faster
            Path(f"{stored}.new").rename(stored)
