"""Public verification of a letter by its code: its content, and whether it is valid."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.city.public import pack
from kini.core import attempt_limits, current_time, references
from kini.core.client_address import client_network
from kini.letters import content, queries, rules
from kini.letters.models import Letter
from kini.services.public import kinds, snapshot_of

#: Codes that may be tried from one network address; an office behind one address verifies some letters a day.
TRIES = attempt_limits.Limit("letters.check", count=120, seconds=3600)
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
    """Form for the code of a letter."""
    typed = request.GET.get("code", "").replace("\x00", "")[:LONGEST].strip()
    if not typed:
        return render(request, "letters/find.html", {"typed": "", "errors": []})
    if code := references.parse_code(typed.rpartition("/")[2]):
        return redirect("letters:check", code=code)
    error = _("This is not the code of a letter. A code has 20 letters and digits; compare it with the letter again.")
    context = {"typed": typed, "error": error, "errors": [("code", error)]}
    return render(request, "letters/find.html", context, status=422)


@_unlisted
@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Content and validity of the letter with that code; an unknown code and one never handed out look alike."""
    clean = references.parse_code(code)
    if clean and clean != code:
        return redirect("letters:check", code=clean)
    attempt_limits.consume(TRIES, client_network(request))
    letter = queries.of_code(clean) if clean else None
    if letter is None:
        if elsewhere := _other_url(clean) if clean else "":
            return redirect(elsewhere)
        return render(request, "letters/unknown.html", {"code": code[:LONGEST]}, status=404)
    context = _context(letter)
    return render(request, "letters/check.html", context)


def _other_url(code: str) -> str:
    """Verification URL of a code of another room; empty if unknown."""
    return next(filter(None, (address_of(code) for address_of in references.document_code_checkers)), "")


def _context(letter: Letter) -> dict[str, object]:
    """Context of the page; a letter of a sensitive service shows only that it is genuine."""
    snapshot = snapshot_of(letter.case.version)
    kind = kinds.get(letter.case.kind)
    sensitive = kind.quick_exit(snapshot.definition)
    stored = content.stored_content(letter)
    ordered = snapshot.definition.gives.letter
    last = content.last_valid_day(ordered, letter.issued_at) if ordered else None
    return {
        "letter": letter,
        "said": stored,
        "over": last is not None and last < timezone.localdate(current_time.now(), pack.current().timezone),
        "title": str(kind.title(snapshot.definition)) if sensitive else stored.title,
        "rows": () if sensitive else stored.rows,
        "cause": rules.CAUSES.get(letter.cause, ""),
    }
