"""Health checks: a registry, asked by `/health/ready` and `./kini check health`.

A check returns a sentence without personal data about what is wrong, or an empty text.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from procrastinate.contrib.django.models import ProcrastinateWorker

from kini.core import current_time
from kini.core.models import OutboxMessage
from kini.core.registry import Registry

#: Free bytes below which the disk of KINI_VAR counts as full: a few uploads, and a minute of database writes.
LEAST_FREE_BYTES = 100_000_000
#: Age of the newest heartbeat from which the worker counts as stopped.
UNSENT = timedelta(minutes=10)  # until then a retry may still succeed
WORKER_SILENT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """A check of the running city.

    Attributes:
        find_problem: returns what is wrong, or an empty text.
        for_requests: without it the web server cannot serve and is not ready; such a check must be fast.
    """

    find_problem: Callable[[], str]
    for_requests: bool = False


health_checks: Registry[HealthCheck] = Registry("health check")


def problems(*, for_requests: bool = False) -> dict[str, str]:
    """Result of each check by its name: what is wrong, or an empty text.

    Args:
        for_requests: only those that decide whether the web server is ready.
    """
    checks = {name: check for name, check in health_checks.items() if check.for_requests or not for_requests}
    return {name: _problem(check) for name, check in checks.items()}


def _problem(check: HealthCheck) -> str:
    try:
        return check.find_problem()
    except DatabaseError:
        return "the database does not answer"


def register() -> None:
    """Register the checks of the core; called once at start."""
    health_checks.register("database", HealthCheck(_database_problem, for_requests=True))
    health_checks.register("migrations", HealthCheck(_migrations_problem, for_requests=True))
    health_checks.register("static files", HealthCheck(_static_files_problem, for_requests=True))
    health_checks.register("outbox", HealthCheck(_outbox_problem))
    health_checks.register("disk", HealthCheck(_disk_problem, for_requests=True))
    health_checks.register("worker", HealthCheck(_worker_problem))


def _database_problem() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


class _MissingMigrations(Exception):
    pass


def _migrations_problem() -> str:
    try:
        require_migrations()
    except _MissingMigrations:
        return "migrations are missing"
    return ""


@cache
def require_migrations() -> None:
    """Check the migrations, until it succeeds once: those of a running process do not change."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _MissingMigrations


def _static_files_problem() -> str:
    """Every page names static files by the manifest that `prepare` writes into the KINI_VAR of this machine."""
    manifest = getattr(staticfiles_storage, "manifest_name", "")
    missing = manifest and not staticfiles_storage.exists(manifest)
    return "static files are missing in KINI_VAR; run ./kini prepare" if missing else ""


def _outbox_problem() -> str:
    """E-mail and SMS that wait although they should leave at once; those of a demo stay."""
    if settings.ENV.outbox:
        return ""
    waiting = OutboxMessage.objects.filter(at__lt=current_time.now() - UNSENT).count()
    minutes = UNSENT.seconds // 60
    return f"{waiting} messages could not be sent for {minutes} minutes; see the worker's log" if waiting else ""


def _disk_problem() -> str:
    full = settings.VAR_PATH.exists() and shutil.disk_usage(settings.VAR_PATH).free < LEAST_FREE_BYTES
    return "the disk of KINI_VAR is full" if full else ""


def _worker_problem() -> str:
    since = current_time.now() - WORKER_SILENT
    working = ProcrastinateWorker.objects.filter(last_heartbeat__gte=since).exists()
    return "" if working else "no worker is running: messages, letters and deadlines wait"
