"""Public verification of a signed document by its code: its content, and whether it is valid."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.city.public import pack
from kini.core import attempt_limits, current_time, references
from kini.core.client_address import client_network
from kini.documents import queries
from kini.documents.document_types import document_types
from kini.documents.models import SignedDocument

#: Codes that may be tried from one network address; an office behind one address verifies some documents a day.
TRIES = attempt_limits.Limit("documents.check", count=120, seconds=3600)
LONGEST = 60


def _unlisted(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator: no indexing, no caching, no referrer."""

    @wraps(view)
    def inside(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return never_cache(inside)


@_unlisted
@require_safe
def code_form(request: HttpRequest) -> HttpResponse:
    """Form for the code of a document."""
    typed = request.GET.get("code", "").replace("\x00", "")[:LONGEST].strip()
    if not typed:
        return render(request, "documents/find.html", {"typed": "", "errors": []})
    if code := references.parse_code(typed.rpartition("/")[2]):
        return redirect("documents:check", code=code)
    error = _(
        "This is not the code of a document. A code has 20 letters and digits; compare it with the document again."
    )
    context = {"typed": typed, "error": error, "errors": [("code", error)]}
    return render(request, "documents/find.html", context, status=422)


@_unlisted
@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Content and validity of the document with that code; an unknown code and one never handed out look alike."""
    clean = references.parse_code(code)
    if clean and clean != code:
        return redirect("documents:check", code=clean)
    attempt_limits.consume(TRIES, client_network(request))
    document = queries.of_code(clean) if clean else None
    if document is None:
        if elsewhere := _other_url(clean) if clean else "":
            return redirect(elsewhere)
        return render(request, "documents/unknown.html", {"code": code[:LONGEST]}, status=404)
    return render(request, "documents/check.html", _context(document) | {"sample": is_sample()})


def _other_url(code: str) -> str:
    """Verification URL of a code of another room; empty if unknown."""
    return next(filter(None, (address_of(code) for address_of in references.document_code_checkers)), "")


def is_sample() -> bool:
    """Return True outside production, where documents are marked as examples."""
    return not settings.ENV.production


def _context(document: SignedDocument) -> dict[str, object]:
    kind = document_types.get(document.type)
    today = timezone.localdate(current_time.now(), pack.current().timezone)
    return {
        "document": document,
        "content": kind.public_content(document, queries.stored_content(document)),
        "expired": document.valid_until is not None and document.valid_until < today,
        "cause": kind.causes.get(document.cause, ""),
    }
