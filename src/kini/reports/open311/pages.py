"""Addresses of Open311: discovery, services, requests, updates, the bulk file, and the page that explains them."""

import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from kini.core import current_time
from kini.core.request_guard import FORMS, NUL
from kini.core.typed_values import parse_moment
from kini.reports.open311 import bulk_file, filing, request_list, service_attributes
from kini.reports.open311.filing import parameter
from kini.reports.open311.request_list import MOST_REQUESTS, RequestFilter
from kini.reports.open311.wire_format import CONTENT_TYPES, Open311Error, error_response, respond
from kini.web import downloads

CHANGED_AT = "2026-12-01T00:00:00+00:00"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
STATUSES = frozenset({"open", "closed"})

type Answer = tuple[str, Any]


def endpoint(*methods: str) -> Callable[[Callable[..., Answer]], Callable[..., HttpResponse]]:
    """Make a view of a function that returns the root's name and the content; errors are in the same format."""

    def decorate(view: Callable[..., Answer]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def inside(request: HttpRequest, form: str, **values: str) -> HttpResponse:
            try:
                if form not in CONTENT_TYPES:
                    form = "xml"
                    raise Open311Error(404, _("There is no such format: use xml or json."))
                if request.method not in (*methods, "HEAD"):
                    raise Open311Error(405, _("Use %(methods)s here.") % {"methods": ", ".join(methods)})
                _check_jurisdiction(request)
                response = respond(form, *view(request, **values))
            except Open311Error as error:
                response = error_response(form, error)
                if error.status == 405:
                    response["Allow"] = ", ".join(methods)
            response["Access-Control-Allow-Origin"] = "*"
            response["Cache-Control"] = "no-store" if parameter(request, "api_key") else "no-cache"
            return response

        return inside

    return decorate


@endpoint("GET")
def discovery(request: HttpRequest) -> Answer:
    """Service discovery: where the API is, and in which formats."""
    root = f"{settings.ENV.address}{reverse('reports:open311')}"
    point = {
        "specification": SPECIFICATION,
        "url": f"{root}v2",
        "changeset": CHANGED_AT,
        "type": "test" if settings.ENV.demo_mode else "production",
        "formats": ["text/xml", "application/json"],
    }
    content = {"changeset": CHANGED_AT, "contact": root, "key_service": root, "endpoints": [point]}
    return "discovery", content


@endpoint("GET")
def service_list(request: HttpRequest) -> Answer:
    """Services that can be filed."""
    return "services", [each.summary() for each in service_attributes.offered_services().values()]


@endpoint("GET")
def service_definition(request: HttpRequest, code: str) -> Answer:
    """Attributes of a service."""
    return "service_definition", service_attributes.service_by_code(code).definition()


@endpoint("GET", "POST")
def requests(request: HttpRequest) -> Answer:
    """List requests, or file one."""
    if request.method == "POST":
        case = filing.file_request(request)
        notice = _("Public once an officer has checked it.")
        return "service_requests", [
            {"service_request_id": case.reference, "service_notice": notice, "account_id": None}
        ]
    return "service_requests", request_list.list_requests(filing.client_of(request), _filter(request))


@endpoint("GET")
def request_by_id(request: HttpRequest, reference: str) -> Answer:
    """One request."""
    chosen = RequestFilter(ids=(reference,), extended=parameter(request, "extensions") == "true")
    rows = request_list.list_requests(filing.client_of(request), chosen)
    if not rows:
        raise Open311Error(404, _("There is no public request %(id)s.") % {"id": reference})
    return "service_requests", rows


@endpoint("GET")
def token(request: HttpRequest, reference: str) -> Answer:
    """Number of the request that a token stands for. All services are in real time: the number is its own token."""
    rows = request_list.list_requests(filing.client_of(request), RequestFilter(ids=(reference,)))
    if not rows:
        raise Open311Error(404, _("There is no token %(id)s.") % {"id": reference})
    return "service_requests", [{"service_request_id": reference, "token": reference}]


@endpoint("GET", "POST")
def updates(request: HttpRequest) -> Answer:
    """List public steps of requests, or take what somebody added (the extension "service request updates")."""
    if request.method == "POST":
        update = filing.file_update(request, _moment(request, "updated_datetime"))
        return "service_request_updates", [{"update_id": update.update_id}]
    client, extended = filing.client_of(request), parameter(request, "extensions") == "true"
    start, end = _moment(request, "start_date"), _moment(request, "end_date")
    return "service_requests_updates", request_list.list_updates(client, start, end, extended=extended)


@require_safe
def bulk(request: HttpRequest) -> StreamingHttpResponse:
    """All released reports of a year (default: this one) as CSV."""
    typed = request.GET.get("year", "")
    year = int(typed) if re.fullmatch(r"20[0-9]{2}", typed) else current_time.now().year
    return downloads.stream_csv(f"reports-{year}.csv", bulk_file.COLUMNS, bulk_file.csv_rows(year))


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Explain the API to programmers, and who gives keys."""
    return render(request, "reports/open311.html", {"root": f"{settings.ENV.address}{reverse('reports:open311')}"})


def _check_jurisdiction(request: HttpRequest) -> None:
    """This endpoint serves one city: its name is its host's, and may be left out."""
    if (
        request.method == "POST"
        and request.content_type in FORMS
        and any(NUL in each for each in request.POST.values())
    ):
        raise Open311Error(400, _("The form contains invalid characters (NUL)."))
    named = parameter(request, "jurisdiction_id")
    if named and named != request.get_host().partition(":")[0]:
        raise Open311Error(404, _("There is no jurisdiction_id “%(id)s” here.") % {"id": named})


def _filter(request: HttpRequest) -> RequestFilter:
    statuses = frozenset(_listed(request, "status"))
    if statuses - STATUSES:
        raise Open311Error(400, _("status is open, closed, or both with a comma."))
    return RequestFilter(
        ids=tuple(_listed(request, "service_request_id")),
        services=tuple(_listed(request, "service_code")),
        statuses=statuses,
        start=_moment(request, "start_date"),
        end=_moment(request, "end_date"),
        page=_number(request, "page", 1, 1_000_000),
        page_size=_number(request, "page_size", MOST_REQUESTS, MOST_REQUESTS),
        extended=parameter(request, "extensions") == "true",
    )


def _listed(request: HttpRequest, name: str) -> list[str]:
    return [each.strip() for each in parameter(request, name).split(",") if each.strip()]


def _number(request: HttpRequest, name: str, usual: int, most: int) -> int:
    typed = parameter(request, name)
    if not typed:
        return usual
    if not re.fullmatch(r"[0-9]{1,7}", typed) or not 1 <= int(typed) <= most:
        raise Open311Error(400, _("%(name)s is a number from 1 to %(most)d.") % {"name": name, "most": most})
    return int(typed)


def _moment(request: HttpRequest, name: str) -> datetime | None:
    """Time with an offset."""
    typed = parameter(request, name)
    if not typed:
        return None
    at = parse_moment(typed)
    if at is None:
        raise Open311Error(400, _("%(name)s needs date, time and offset: 2026-01-31T08:00:00Z.") % {"name": name})
    return at
