"""Dump and load a database as a stream of SQL, by pg_dump and psql from the wheel or from the system."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import IO, Any, cast

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kini.core.database.embedded import DatabaseServerError, postgres_folder

CHUNK = 4 << 20  # bytes
#: Unknown to servers before 17, whose behaviour is the same.
UNKNOWN_TO_OLDER = b"SET transaction_timeout = 0;\n"
#: Opens a transaction: a stream that is interrupted before COMMIT leaves the database as it was.
RESET_SCHEMA = (
    b"BEGIN; SET LOCAL client_min_messages = warning; DROP SCHEMA public CASCADE;"
    b" CREATE SCHEMA public AUTHORIZATION pg_database_owner; GRANT USAGE ON SCHEMA public TO PUBLIC;\n"
)
COMMIT = b"\nCOMMIT;\n"


def dump(url: str) -> Iterator[bytes]:
    """Yield the whole database as SQL from one snapshot, in chunks of at most CHUNK bytes.

    Raises:
        DatabaseServerError: when the server cannot be reached or refuses.
    """
    options = ["--no-owner", "--no-privileges", "--format=plain", "--encoding=UTF8"]
    with tempfile.TemporaryFile() as stderr:
        with subprocess.Popen(**_call("pg_dump", url, options), stdout=subprocess.PIPE, stderr=stderr) as child:
            out = cast(IO[bytes], child.stdout)
            yield out.read(CHUNK).replace(UNKNOWN_TO_OLDER, b"", 1)
            while chunk := out.read(CHUNK):
                yield chunk
        _require_success("the database could not be read", child.returncode, stderr)


def load(url: str, chunks: Iterable[bytes]) -> None:
    """Replace everything in the database with a dump, in one transaction.

    Raises:
        DatabaseServerError: when the server cannot be reached or refuses; the database is then unchanged.
    """
    options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--output={os.devnull}"]
    with tempfile.TemporaryFile() as stderr:
        child = subprocess.Popen(**_call("psql", url, options), stdin=subprocess.PIPE, stderr=stderr)
        with suppress(BrokenPipeError), child:  # psql went, and says why
            for chunk in chain((RESET_SCHEMA,), chunks, (COMMIT,)):
                cast(IO[bytes], child.stdin).write(chunk)
        _require_success("the database was not changed", child.returncode, stderr)


def _call(program: str, url: str, options: list[str]) -> dict[str, Any]:
    """Arguments for Popen. The password goes by the environment: other users can read arguments."""
    parts = conninfo_to_dict(url)
    password = str(parts.pop("password", "") or "")
    env = os.environ | ({"PGPASSWORD": password} if password else {})
    return {
        "args": [
            _found(program),
            *options,
            f"--dbname={make_conninfo(**{name: str(value) for name, value in parts.items()})}",
        ],
        "env": env,
    }


def _found(program: str) -> str:
    """Path of the wheel's program, whose version is known; the system's where the wheel is not installed."""
    try:
        return str(postgres_folder() / "bin" / program)
    except DatabaseServerError:
        if path := shutil.which(program):
            return path
        raise DatabaseServerError(f"the program {program} is missing; install PostgreSQL's client programs.") from None


def _require_success(failure: str, code: int, stderr: IO[bytes]) -> None:
    if code:
        stderr.seek(0)
        lines = stderr.read().decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        raise DatabaseServerError(f"{failure}: {lines[0].strip().rstrip('.')}.")
