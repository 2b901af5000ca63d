"""Health checks for monitoring, and the outbox page of demo mode."""

import shutil
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.core.models import OutboxMessage

OUTBOX_LENGTH = 100
#: Free bytes below which the disk of KINI_VAR counts as full: a few uploads, and a minute of database writes.
LEAST_FREE_BYTES = 100_000_000


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Liveness: the process answers. Does not use the database, so that a slow one does not get it killed."""
    return _plain("alive")


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Readiness: the database answers, its migrations are up to date, the disk has room."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        _require_migrations()
        _require_room()
    except (DatabaseError, _NotReady) as error:
        reason = str(error) if isinstance(error, _NotReady) else "the database does not answer"
        return _plain(f"not ready: {reason}", status=503)
    return _plain("ready")


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """Messages that would have been sent, newest first; in demo mode only."""
    if not settings.ENV.outbox:
        raise Http404
    messages = OutboxMessage.objects.order_by("-at", "-pk")[:OUTBOX_LENGTH]
    return render(request, "core/outbox.html", {"outbox": messages})


class _NotReady(Exception):
    """Readiness failed; the message says why."""


def _require_room() -> None:
    if settings.VAR_PATH.exists() and shutil.disk_usage(settings.VAR_PATH).free < LEAST_FREE_BYTES:
        raise _NotReady("the disk of KINI_VAR is full")


@cache
def _require_migrations() -> None:
    """Check the migrations, until it succeeds once: those of a running process do not change."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _NotReady("migrations are missing")


def _plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain; charset=utf-8")
