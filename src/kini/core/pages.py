"""Pages for machines that watch over the program, and the outbox of a first look."""

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


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked, so that a slow database does not get it killed."""
    return _plain("alive")


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Requests can be served: the database answers and its tables are those that this program was written for."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        _require_migrations()
    except (DatabaseError, _Behind) as error:
        reason = "migrations are missing" if isinstance(error, _Behind) else "the database does not answer"
        return _plain(f"not ready: {reason}", status=503)
    return _plain("ready")


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """Messages that would have been sent, newest first. It exists in a first look alone."""
    if not settings.ENV.outbox:
        raise Http404
    messages = OutboxMessage.objects.order_by("-at", "-pk")[:OUTBOX_LENGTH]
    return render(request, "core/outbox.html", {"outbox": messages})


class _Behind(Exception):
    """The database lacks migrations."""


@cache
def _require_migrations() -> None:
    """Asked until it is once answered with yes: a running program's migrations do not change."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _Behind


def _plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain; charset=utf-8")
