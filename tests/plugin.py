"""Pytest plug-in that sets the tests' environment, with a database, before Django's settings are read.

One server serves the whole run. Workers of pytest-xdist inherit its address and make a database each. With
DATABASE_URL set, the tests use that server instead.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from kini.core.database.embedded import EmbeddedServer
from kini.core.loading import without_garbage_collection
from tests import migrated_server


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ["KINI_ENV"] = "local"
        os.environ["KINI_VAR"] = str(_folder(early_config, "kini-tests-var-"))
        (Path(os.environ["KINI_VAR"]) / "static").mkdir()
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = _start_server(early_config)
    with without_garbage_collection():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Import the tests, which stay to the end: collections of garbage would scan them again and again."""
    with without_garbage_collection():
        return (yield)


def _start_server(config: pytest.Config) -> str:
    server = EmbeddedServer(_folder(config, "kini-tests-"), durable=False)
    migrated_server.copy_data(server.data)
    os.environ["TEST_DATABASE_TEMPLATE"] = migrated_server.TEMPLATE
    config.add_cleanup(server.stop)
    return server.start()


def _folder(config: pytest.Config, prefix: str) -> Path:
    """Temporary folder of this run."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    return folder
