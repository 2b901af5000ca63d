"""Self-check page: questions and a result by the pack's dated rules. Nothing is stored."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kini.feeds.feed_config import KIND
from kini.feeds.schema import CheckResult, SelfCheck
from kini.services import queries
from kini.services.models import Service
from kini.services.public import FieldBase, FormData, PageSnapshot, ServiceSnapshot, kinds, questions, snapshot_of


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
    snapshot, check = _asked(service)
    page = _page(snapshot)
    if request.method != "POST":
        return _render(request, snapshot, check, page, questions.ParsedPage())
    parsed = questions.parse_page(page, FormData(request.POST, request.FILES))
    outcome = None if parsed.errors else matching_result(check, parsed.values)
    return _render(request, snapshot, check, page, parsed, outcome)


def matching_result(check: SelfCheck, answers: dict[str, Any]) -> CheckResult:
    """First result whose condition holds; the last one always does."""
    return next(each for each in check.results if each.when is None or each.when.is_met(answers))


def _asked(service: str) -> tuple[ServiceSnapshot, SelfCheck]:
    try:
        loaded = queries.active_service(service)
    except Service.DoesNotExist:
        raise Http404 from None
    if loaded.kind != KIND or loaded.current is None:
        raise Http404
    snapshot = snapshot_of(loaded.current)
    check = kinds.get(KIND).options(snapshot.definition).check
    if check is None:
        raise Http404
    return snapshot, check


def _page(snapshot: ServiceSnapshot) -> PageSnapshot:
    """All questions of the service as one page."""
    fields: dict[str, FieldBase] = {}
    for page in snapshot.pages:
        fields |= page.fields
    return snapshot.pages[0].model_copy(update={"fields": fields})


def _render(
    request: HttpRequest,
    snapshot: ServiceSnapshot,
    check: SelfCheck,
    page: PageSnapshot,
    parsed: questions.ParsedPage,
    outcome: CheckResult | None = None,
) -> HttpResponse:
    context = {
        "title": snapshot.definition.name,
        "note": snapshot.definition.note,
        "start": reverse("services:service", args=[snapshot.service]),
        "inputs": [
            Input(field, name, parsed.typed.get(name), parsed.errors.get(name, ""))
            for name, field in page.fields.items()
        ],
        "errors": [(page.fields[name].anchor(name), message) for name, message in parsed.errors.items()],
        "check": check,
        "result": outcome,
        "channels": list(snapshot.channels.values()),
    }
    return render(request, "feeds/self_check.html", context, status=422 if parsed.errors else 200)
