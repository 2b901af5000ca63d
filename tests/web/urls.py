"""Pages that use every component, and pages that fail in every way."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.paginator import Paginator
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils import timezone

from kini.core.actors import ActionRefused, NotAllowed
from kini.core.attempt_limits import TooManyAttempts
from kini.web import pages
from kini.web.components import TimelineEntry

handler400 = pages.bad_request
handler403 = pages.forbidden
handler404 = pages.not_found
handler500 = pages.server_error

FAILURES: dict[str, Exception] = {
    "refused": ActionRefused("The case is closed."),
    "not-allowed": NotAllowed("Only the head of office may do this."),
    "too-many": TooManyAttempts(300),
    "too-big": RequestDataTooBig("1 GB"),
    "missing": Http404("x"),
    "forbidden": PermissionDenied(),
    "broken": RuntimeError("secret words of a fault"),
    "database": OperationalError("connection refused on a secret host"),
}


def fail(request: HttpRequest, how: str) -> HttpResponse:
    raise FAILURES[how]


def samples() -> dict[str, Any]:
    now = timezone.now()
    return {
        "moment": datetime(2026, 11, 24, 7, 5, tzinfo=UTC),
        "soon": now + timedelta(hours=2, seconds=90),
        "late": now - timedelta(hours=3, minutes=1),
        "rows": [("Name", "Anna"), ("Street", "Ring 1", "/change"), ("Papers", "none", "/add", "Add")],
        "entries": [TimelineEntry("Sent", at=now, who="the counter"), {"title": "Decision", "next": True}],
        "trail": [("Services", "/services")],
        "page_obj": Paginator(range(30), 10).page(2),
    }


def components(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Your answers are kept.")
    return render(request, "sample/components.html", samples())


def question(request: HttpRequest) -> HttpResponse:
    errors = [("street", "Write the street and the number.")] if request.method == "POST" else []
    return render(request, "sample/question.html", {"errors": errors, "street": request.POST.get("street", "")})


urlpatterns = [
    path("", include("kini.web.urls")),
    path("components", components, name="components"),
    path("question", question, name="question"),
    path("desk", lambda request: render(request, "sample/desk.html", samples()), name="desk"),
    path("services/", lambda request: render(request, "sample/question.html"), name="services"),
    path("fail/<slug:how>", fail),
]
