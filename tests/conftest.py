"""Fixtures of all tests. Environment and database are set up by tests/plugin.py."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from kini.core import process_cache
from tests.pagechecks import CheckedClient

# Two cores shared with other work: an example may take its time, and there are enough of them.
hypothesis_settings.register_profile(
    "kini", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], database=None
)
hypothesis_settings.load_profile("kini")

#: Tables that Django does not manage, so its flush between tests skips them.
UNMANAGED = (
    *("procrastinate_jobs", "procrastinate_events", "procrastinate_periodic_defers", "procrastinate_workers"),
    *("wifi_session", "wifi_sessionday", "wifi_restart"),
)

#: Tables that `migrate` fills; no test changes them.
MIGRATED = ("django_content_type", "auth_permission")


def pytest_configure() -> None:
    """Use the sources' static files, a cache in memory (many tests have no database), and no page cache."""
    django_settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = os.environ.get("TEST_DATABASE_TEMPLATE")
    django_settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
        "pages": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
    }
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # programs' secrets, at once
    django_settings.HELD_SECONDS = 3600
    django_settings.STORAGES = {
        **django_settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def running_pack(tmp_path: Path, settings: Settings) -> Callable[[Path, Mapping[str, str]], Path]:
    """Copy a pack, write these files (by path) into the copy, and make it the running city."""

    def run(pack: Path, files: Mapping[str, str]) -> Path:
        root = Path(shutil.copytree(pack, tmp_path / "pack"))
        for file, text in files.items():
            (root / file).parent.mkdir(exist_ok=True)
            (root / file).write_text(text, "utf-8")
        settings.CITY_PATH = root
        return root

    return run


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    yield
    cache.clear()
    process_cache.clear_all()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Empty tables past their triggers, after tests that commit: those with rows, as TRUNCATE of all takes 0.3 s.

    At the end close sessions that threads or killed processes left open, so that the database can be dropped.
    """
    tables = sorted({*connection.introspection.django_table_names(), *UNMANAGED} - set(MIGRATED))

    def unguarded(_sql_list: list[str]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables))
            for (name,) in cursor.fetchall():
                cursor.execute(f"DELETE FROM {name}")

    connection.ops.execute_sql_flush = unguarded
    flush.emit_post_migrate_signal = lambda *_args, **_options: None  # it fills MIGRATED
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def client() -> CheckedClient:
    """Test client that runs the page checks on every response."""
    return CheckedClient()


@pytest.fixture
def var(tmp_path: Path, settings: Settings) -> Path:
    """Var folder of this test."""
    settings.VAR_PATH = tmp_path / "var"
    settings.VAR_PATH.mkdir()
    return settings.VAR_PATH


@pytest.fixture
def run_jobs() -> Callable[[], int]:
    """Run all due jobs and the jobs they create, as a worker would; returns their number.

    An error in a job is the test's error.
    """

    def run() -> int:
        done = 0
        while (waiting := next_job()) is not None:
            app.tasks[waiting.task_name](**waiting.args)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [waiting.pk])
            done += 1
        return done

    return run


def next_job() -> ProcrastinateJob | None:
    waiting = ProcrastinateJob.objects.filter(status="todo").exclude(scheduled_at__gt=timezone.now())
    return waiting.order_by("-priority", "id").first()
