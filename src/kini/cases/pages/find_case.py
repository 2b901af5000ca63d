"""Lookup of a case by its reference. Everybody with the number of a guest's case sees its state and due date."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kini.cases.models import Case
from kini.cases.pages.guards import case_for_visitor, guest_key, limit_lookups
from kini.city.public import pack
from kini.core import references
from kini.people.queries import actor_for
from kini.services.public import Definition, kinds, snapshot_of
from kini.web.redirects import SeeOther

MAX_REFERENCE = 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find_case(request: HttpRequest) -> HttpResponse:
    """Find a case by its reference. Its content needs the secret link, or the account of its resident."""
    typed = request.POST.get("reference", "").replace("\x00", "")[:MAX_REFERENCE].strip()
    error = ""
    if request.method == "POST":
        limit_lookups(request)
        if status := _public_status(request, typed):
            return render(request, "cases/status.html", status)
        url, error = _found(request, typed)
        if url:
            return SeeOther(url)
    sign_in = reverse("people:sign-in") if error and not request.user.is_authenticated else ""
    context = {"typed": typed, "error": error, "errors": [("reference", error)] if error else [], "sign_in": sign_in}
    return render(request, "cases/track.html", context, status=422 if error else 200)


def _public_status(request: HttpRequest, typed: str) -> dict[str, Any] | None:
    """State and due date of a guest's case, nothing personal; None for other cases and for sensitive services."""
    reference = references.parse(pack.current().reference_prefix, typed)
    cases = Case.objects.select_related("version").defer("version__content", "answers", "sealed")
    case = cases.filter(reference=reference or "", resident=None).exclude(guest_key="").first()
    if case is None or guest_key(request, case.reference) or actor_for(request).is_officer:
        return None
    definition, kind = snapshot_of(case.version).definition, kinds.get(case.kind)
    if kind.quick_exit(definition) or definition.sensitive:
        return None
    due = case.due_at if not case.closed_at and not case.paused_at else None
    return {"case": case, "title": kind.title(definition), "due": due, "unsure": _is_unsure(definition)}


def _is_unsure(definition: Definition) -> bool:
    return definition.target is not None and definition.target.confidence == "low"


def _found(request: HttpRequest, typed: str) -> tuple[str, str]:
    """URL of the case, or an instruction. A complete secret link is accepted too."""
    number, _question, query = typed.rpartition("/cases/")[2].partition("?")
    prefix = pack.current().reference_prefix
    reference = references.parse(prefix, number.strip("/ "))
    if reference is None:
        example = {"example": references.format_reference(prefix, "7F3K9Q2M")}
        return "", _(
            "This is not a valid case number. Case numbers have eight letters and digits, like %(example)s."
        ) % example
    address = reverse("cases:case", args=[reference])
    if query.startswith("key="):
        return f"{address}?{query}", ""
    try:
        case_for_visitor(request, reference)
    except Case.DoesNotExist:
        return "", _("None of your cases has this number. Sign in as the person who asked for it.")
    return address, ""
