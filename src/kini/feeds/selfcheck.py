"""Self-check page: questions and a result by the pack's dated rules. Nothing is stored."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kini.feeds.declared import KIND
from kini.feeds.schema import Check, Result
from kini.services import queries, questions
from kini.services.fields.base import FieldBase, Submitted
from kini.services.kinds import kinds
from kini.services.models import Service
from kini.services.versions import Resolved, ResolvedPage, resolve


@dataclass(frozen=True, slots=True)
class Input:
    """A question with its value and error."""

    field: FieldBase
    name: str
    typed: Any
    error: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def self_check(request: HttpRequest, service: str) -> HttpResponse:
    """All questions on one page, with the result after submission."""
    resolved, check = _asked(service)
    page = _page(resolved)
    if request.method != "POST":
        return _render(request, resolved, check, page, questions.Taken())
    taken = questions.take(page, Submitted(request.POST, request.FILES))
    found = None if taken.errors else result(check, taken.values)
    return _render(request, resolved, check, page, taken, found)


def result(check: Check, answers: dict[str, Any]) -> Result:
    """First result whose condition holds; the last one always does."""
    return next(each for each in check.results if each.when is None or each.when.holds(answers))


def _asked(service: str) -> tuple[Resolved, Check]:
    try:
        found = queries.service(service)
    except Service.DoesNotExist:
        raise Http404 from None
    if found.kind != KIND or found.current is None:
        raise Http404
    resolved = resolve(found.current)
    check = kinds.get(KIND).options(resolved.definition).check
    if check is None:
        raise Http404
    return resolved, check


def _page(resolved: Resolved) -> ResolvedPage:
    """All questions of the service as one page."""
    fields: dict[str, FieldBase] = {}
    for page in resolved.pages:
        fields |= page.fields
    return resolved.pages[0].model_copy(update={"fields": fields})


def _render(
    request: HttpRequest,
    resolved: Resolved,
    check: Check,
    page: ResolvedPage,
    taken: questions.Taken,
    found: Result | None = None,
) -> HttpResponse:
    context = {
        "title": resolved.definition.name,
        "note": resolved.definition.note,
        "start": reverse("services:service", args=[resolved.service]),
        "inputs": [
            Input(field, name, taken.typed.get(name), taken.errors.get(name, "")) for name, field in page.fields.items()
        ],
        "errors": [(page.fields[name].anchor(name), message) for name, message in taken.errors.items()],
        "check": check,
        "result": found,
        "channels": list(resolved.channels.values()),
    }
    return render(request, "feeds/self_check.html", context, status=422 if taken.errors else 200)
