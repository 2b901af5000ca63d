"""Pages of visitors: check-in, warning others, paper slips; packages of warnings. No address or body names a venue."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.core import attempt_limits, references
from kini.core.actors import ActionRefused, system
from kini.core.attempt_limits import Limit
from kini.core.client_address import client_network
from kini.core.typed_values import parse_json
from kini.epidemic.checkin import actions, queries
from kini.epidemic.checkin.warning_records import RECORD_BYTES
from kini.epidemic.diseases.disease_files import disease_of
from kini.web.csrf import same_origin_suffices
from kini.web.page_cache import cache_for_anonymous

BY = system("check-in")
#: Codes typed by one client, right or wrong.
CODES = Limit("epidemic.codes", 30, 3600)
SLIPS = Limit("epidemic.slip-looks", 60, 3600)
LONGEST_BODY = 60_000
FOR_EVER = {"public": True, "max_age": 28 * 86_400, "immutable": True}


def scripts(*names: str) -> list[str]:
    """Return static files of the check-in in the order in which they need each other."""
    return [f"epidemic/{name}.js" for name in names]


@require_safe
@cache_for_anonymous
def check_in(request: HttpRequest) -> HttpResponse:
    """Visits of this phone. The venue is in the fragment of the address, which reaches no server."""
    kinds = {kind: str(name) for kind, name in queries.venue_kinds().items()}
    return render(
        request, "epidemic/check_in.html", {"kinds": kinds, "scripts": scripts("records", "visits", "check_in")}
    )


@require_safe
@cache_for_anonymous
def warn(request: HttpRequest) -> HttpResponse:
    """Hand over visits after a positive result."""
    return render(request, "epidemic/warn.html", {"scripts": scripts("records", "visits", "warn")})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def slip(request: HttpRequest) -> HttpResponse:
    """Look up whether the visit of a paper slip was warned. The answer names neither place nor time."""
    typed, error, warned = request.POST.get("code", "")[:60], "", None
    if request.method == "POST":
        try:
            attempt_limits.consume(SLIPS, client_network(request))
            warned = _slip_result(typed)
        except ActionRefused as refusal:
            error = str(refusal)
    matched = [disease for disease, is_warned in (warned or {}).items() if is_warned]
    advice = [(disease_of(each).name, queries.diseases_with_venues()[each].advice.low) for each in matched]
    context: dict[str, Any] = {"typed": typed, "error": error, "errors": [("code", error)] if error else []}
    context |= {"known": warned is not None, "warned": advice}
    return render(request, "epidemic/slip.html", context, status=422 if error else 200)


def _slip_result(typed: str) -> dict[str, bool]:
    code = references.parse_code(typed)
    if code is None:
        raise ActionRefused(_("This is not the code of a slip. Compare it letter by letter."))
    exposures = queries.slip_exposures(code)
    if exposures is None:
        raise ActionRefused(_("No visit of the last two weeks was entered with this code."))
    return exposures


@require_safe
@cache_control(public=True, max_age=60)
def packages(request: HttpRequest) -> JsonResponse:
    """Index of the packages on offer, with what phones need to match and to advise."""
    diseases, offered = queries.diseases_with_venues(), queries.package_hours()
    content = {
        name: {
            "name": str(disease_of(name).name),
            "overlap": venues.overlap_minutes,
            "keepDays": venues.keep_days,
            "first": offered[name][0],
            "last": offered[name][-1],
            "advice": {"high": str(venues.advice.high), "low": str(venues.advice.low)},
        }
        for name, venues in diseases.items()
        if offered[name]
    }
    return JsonResponse(content)


@require_safe
@cache_control(**FOR_EVER)
def hour_package(request: HttpRequest, disease: str, hour: int) -> HttpResponse:
    """Package of an hour since 1970."""
    return _package(disease, hour, hour)


@require_safe
@cache_control(**FOR_EVER)
def day_package(request: HttpRequest, disease: str, day: int) -> HttpResponse:
    """Packages of a day since 1970 (UTC), one after the other, once there are later ones."""
    if queries.newest_hour(disease) < day * 24 + 24:
        raise Http404
    return _package(disease, day * 24, day * 24 + 23)


def _package(disease: str, first: int, last: int) -> HttpResponse:
    content = queries.package_content(disease, first, last) if last < 10**7 else None
    if content is None:
        raise Http404
    return HttpResponse(content, content_type="application/octet-stream")


@never_cache
@same_origin_suffices
@require_POST
def look_at_code(request: HttpRequest) -> JsonResponse:
    """Infectious days of the result that a code belongs to, for the phone to choose visits; the code stays unused."""
    try:
        attempt_limits.consume(CODES, client_network(request))
        stored = queries.open_upload_code(str(json_body(request).get("code", "")))
        if stored.attempt is not None:
            raise ActionRefused(_("This code was used already. Each result has one code, for one use."))
    except ActionRefused as refusal:
        return refused(refusal)
    disease = disease_of(stored.disease)
    venues = queries.diseases_with_venues()[stored.disease]
    content = {
        "disease": str(disease.name),
        "first": stored.first_day.isoformat(),
        "last": stored.last_day.isoformat(),
        "centre": stored.centre.isoformat(),
        "mostInfectious": list(venues.most_infectious),
        "lingers": venues.lingers_minutes,
    }
    return JsonResponse(content)


@never_cache
@same_origin_suffices
@require_POST
def hand_over(request: HttpRequest) -> JsonResponse:
    """Take over the records of chosen visits."""
    body = json_body(request)
    try:
        attempt_limits.consume(CODES, client_network(request))
        code, attempt = str(body.get("code", "")), str(body.get("attempt", ""))[:80]
        actions.hand_over_visits(by=BY, code=code, attempt=attempt, visits=_records(body.get("visits")))
    except ActionRefused as refusal:
        return refused(refusal)
    return JsonResponse({"done": True})


def _records(visits: Any) -> list[list[bytes]]:
    """Read records, each 20 hexadecimal digits; unreadable ones become empty, which the action refuses."""
    if not isinstance(visits, list):
        return []
    return [[_record(each) for each in visit] if isinstance(visit, list) else [] for visit in visits]


def _record(text: Any) -> bytes:
    try:
        return bytes.fromhex(text) if isinstance(text, str) and len(text) == 2 * RECORD_BYTES else b""
    except ValueError:
        return b""


def json_body(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object of a request; empty when there is none."""
    try:
        body = parse_json(request.body) if len(request.body) <= LONGEST_BODY else None
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}


def refused(refusal: ActionRefused) -> JsonResponse:
    return JsonResponse({"error": str(refusal)}, status=422)
