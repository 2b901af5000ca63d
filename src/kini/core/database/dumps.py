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
        DatabaseFault: when the server cannot be reached or refuses.
    """
    words = ["--no-owner", "--no-privileges", "--format=plain", "--encoding=UTF8"]
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(**_call("pg_dump", url, words), stdout=subprocess.PIPE, stderr=said) as child:
            out = cast(IO[bytes], child.stdout)
            yield out.read(CHUNK).replace(UNKNOWN_TO_OLDER, b"", 1)
            while chunk := out.read(CHUNK):
                yield chunk
        _require_success("the database could not be read", child.returncode, said)


def load(url: str, chunks: Iterable[bytes]) -> None:
    """Replace everything in the database with a dump, in one transaction.

    Raises:
        DatabaseFault: when the server cannot be reached or refuses; the database is then unchanged.
    """
    words = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--output={os.devnull}"]
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(**_call("psql", url, words), stdin=subprocess.PIPE, stderr=said)
        with suppress(BrokenPipeError), child:  # psql went, and says why
            for chunk in chain((RESET_SCHEMA,), chunks, (COMMIT,)):
                cast(IO[bytes], child.stdin).write(chunk)
        _require_success("the database was not changed", child.returncode, said)


def _call(program: str, url: str, words: list[str]) -> dict[str, Any]:
    """Arguments for Popen. The password goes by the environment: other users can read arguments."""
    parts = conninfo_to_dict(url)
    password = str(parts.pop("password", "") or "")
    env = os.environ | ({"PGPASSWORD": password} if password else {})
    return {
        "args": [
            _found(program),
            *words,
            f"--dbname={make_conninfo(**{name: str(value) for name, value in parts.items()})}",
        ],
        "env": env,
    }


def _found(program: str) -> str:
    """Path of the wheel's program, whose version is known; the system's where the wheel is not installed."""
    try:
        return str(postgres_folder() / "bin" / program)
    except DatabaseServerError:
        if found := shutil.which(program):
            return found
        raise DatabaseServerError(f"the program {program} is missing; install PostgreSQL's client programs.") from None


def _require_success(what: str, code: int, said: IO[bytes]) -> None:
    if code:
        said.seek(0)
        lines = said.read().decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        raise DatabaseServerError(f"{what}: {lines[0].strip().rstrip('.')}.")
