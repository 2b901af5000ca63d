"""Data of a database server with a migrated database, made once and copied for each run of the tests.

Running all migrations takes seven seconds of one core, copying the data less than one. The copy is of this state of the
migrations, SQL files and packages; a test database that is cloned from it is migrated as usual.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from kini.core.database.embedded import EmbeddedServer
from kini.core.environment import ROOT

#: The migrated database, which Django clones (DATABASES["default"]["TEST"]["TEMPLATE"]).
TEMPLATE = "migrated"
FOLDER = ROOT / "var" / "test-server"
#: Seconds after which the data of an earlier state are removed.
DAY = 86_400
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
        FOLDER.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix="new-", dir=FOLDER)) / "data"  # of this process: others may build as well
        subprocess.run(["cp", "--archive", str(server.data), str(new)], check=True)  # noqa: S603, S607 -- own
        with suppress(OSError):  # another run was faster
            new.rename(stored)
        for each in FOLDER.iterdir():
            if each == new.parent or (each != stored and each.stat().st_mtime < time.time() - DAY):
                shutil.rmtree(each, ignore_errors=True)
