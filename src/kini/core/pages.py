"""Health checks for monitoring, and the outbox page of demo mode."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.core import health
from kini.core.models import OutboxMessage

OUTBOX_LENGTH = 100


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Liveness: the process answers. Does not use the database, so that a slow one does not get it killed."""
    return _plain("alive")


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Readiness: the health checks that requests need, such as that the database answers."""
    problems = list(dict.fromkeys(filter(None, health.problems(for_requests=True).values())))
    return _plain(f"not ready: {'; '.join(problems)}", status=503) if problems else _plain("ready")


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """Messages that would have been sent, newest first; in demo mode only."""
    if not settings.ENV.outbox:
        raise Http404
    messages = OutboxMessage.objects.order_by("-at", "-pk")[:OUTBOX_LENGTH]
    return render(request, "core/outbox.html", {"outbox": messages})


def _plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain; charset=utf-8")
