"""Lookup of a case by its reference."""

from django.contrib.auth.views import redirect_to_login
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
from kini.web.redirects import SeeOther

MAX_REFERENCE = 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find_case(request: HttpRequest) -> HttpResponse:
    """Find a case by its reference; guests also need the secret link."""
    typed = request.POST.get("reference", "").replace("\x00", "")[:MAX_REFERENCE].strip()
    error = ""
    if request.method == "POST":
        limit_lookups(request)
        url, error = _found(request, typed)
        if url:
            return SeeOther(url)
    context = {"typed": typed, "error": error, "errors": [("reference", error)] if error else []}
    return render(request, "cases/track.html", context, status=422 if error else 200)


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
    if not request.user.is_authenticated and not guest_key(request, reference):
        return redirect_to_login(address).url, ""
    try:
        case_for_visitor(request, reference)
    except Case.DoesNotExist:
        return "", _("None of your cases has this number. Sign in as the person who asked for it.")
    return address, ""
