"""FreeRADIUS itself on loopback, and radclient, which asks it."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from kini.wifi.radius import freeradius

MODULE = Path("/usr/lib/freeradius/rlm_sql_postgresql.so")
INSTALLED = shutil.which("radclient") and shutil.which("freeradius", path="/usr/sbin") and MODULE.exists()
needs_freeradius = pytest.mark.skipif(
    not INSTALLED, reason="needs the packages freeradius, freeradius-postgresql, freeradius-utils"
)


@contextmanager
def running(folder: Path) -> Iterator[None]:
    """The server with the configuration in that folder, once it answers."""
    assert freeradius.check_config(folder) == ""
    words = freeradius.server_command(folder, "-f", "-l", "stdout")
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ready to process requests" in line:
                break
        else:
            pytest.fail("".join(lines))
        try:
            yield
        finally:
            process.terminate()
            process.stdout.read()


def way_to_database(known: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], Callable[[], None]]:
    """A way to the database that can be cut: the connection's parameters that lead there, and what cuts it."""
    name = f".s.PGSQL.{known.get('port', 5432)}"
    (folder / name).symlink_to(Path(known["host"]) / name)

    def cut() -> None:
        (folder / name).unlink()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'kini-radius' AND datname = current_database()"
            )
            assert cursor.fetchall()

    return {"host": str(folder)}, cut


def access_request(
    port: int, secret: str, source: str, said: Mapping[str, str], *, sign: bool = True, silent: bool = False
) -> dict[str, str]:
    """Ask whether a device may come in; the answer's code under "code", then its attributes.

    Args:
        silent: no answer is expected; then the dictionary is empty.
    """
    lines = [f"{name} = {value}" if value[:2] == "0x" else f'{name} = "{value}"' for name, value in said.items()]
    lines += [f"Packet-Src-IP-Address = {source}", *(["Message-Authenticator = 0x00"] if sign else [])]
    tries = ("-r", "1", "-t", "1") if silent else ("-r", "3", "-t", "3")
    words = ["radclient", "-x", *tries, "--", f"127.0.0.1:{port}", "auth", secret]
    done = subprocess.run(words, input=", ".join(lines), capture_output=True, text=True, check=False)
    answer = done.stdout.partition("Received ")[2]
    assert bool(answer) is not silent, done.stdout + done.stderr
    attributes = dict(re.findall(r"^\s+([\w-]+) = (.*)$", answer, re.MULTILINE))
    return (
        {"code": answer.split(" ")[0]} | {name: value.strip('"') for name, value in attributes.items()}
        if answer
        else {}
    )
