"""A new database is migrated in a faster way, and is the same as one that Django migrates as usual."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kini.core.database import dumps
from kini.core.database.embedded import EmbeddedServer

FAST = "from kini.core.database.migration import migrate; migrate()"
USUAL = "from django.core.management import call_command; call_command('migrate', verbosity=0)"


def schema(server: EmbeddedServer, name: str, call: str) -> list[str]:
    """Migrate a new database by a call; return its definitions, without rows."""
    url = server.create_database(name)
    env = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "kini.settings"}
    subprocess.run([sys.executable, "-c", f"import django; django.setup(); {call}"], env=env, check=True)
    lines, in_rows = [], False
    for line in b"".join(dumps.dump(url)).decode().splitlines():
        in_rows = line.startswith("COPY ") or (in_rows and line != r"\.")
        if not in_rows and not line.startswith(("\\", "SELECT pg_catalog.setval")):
            lines.append(line)
    return lines


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_new_database_is_the_same_in_both_ways(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "server", durable=False) as server:
        fast = schema(server, "fast", FAST)
        assert len(fast) > 10_000
        assert fast == schema(server, "usual", USUAL)
