"""Loaded before Django's settings are read: the environment of the tests, with a database of their own.

One server serves the whole run. Workers of pytest-xdist inherit its address and make a database each. With
DATABASE_URL set, the tests use that server instead.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from kini.core.database.embedded import Server

_server: Server | None = None
_folders: list[Path] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None]:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ["KINI_ENV"] = "local"
        os.environ["KINI_VAR"] = str(_folder("kini-tests-var-"))
        (Path(os.environ["KINI_VAR"]) / "static").mkdir()
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = _start_server()
    return (yield)


def pytest_unconfigure() -> None:
    global _server
    if _server is not None:
        _server.stop()
        _server = None
    while _folders:
        shutil.rmtree(_folders.pop(), ignore_errors=True)


def _start_server() -> str:
    global _server
    _server = Server(_folder("kini-tests-"), durable=False)
    return _server.start()


def _folder(prefix: str) -> Path:
    _folders.append(Path(tempfile.mkdtemp(prefix=prefix)))
    return _folders[-1]
