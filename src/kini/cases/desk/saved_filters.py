"""Saved filters: entries of the rail with counts, and the page that manages them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kini.cases import actions, queries, rules
from kini.cases.desk import queue_address
from kini.cases.desk.queue_address import VIEWS, QueueAddress
from kini.cases.desk.queue_counts import service_title
from kini.cases.models import MAX_FILTERS, SavedFilter
from kini.cases.pages.forms import UNREADABLE
from kini.cases.permissions import CasePermission
from kini.city.models import Area
from kini.core.actors import ActionRefused, NotAllowed
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.services.models import Service
from kini.services.public import snapshot_of
from kini.web.redirects import see_other

#: Views with counts; closed cases need no work.
COUNT_CACHE_SECONDS = frozenset(VIEWS) - {"ended", "all"}


def own_filters(request: HttpRequest) -> list[SavedFilter]:
    """The officer's filters in the order of the rail; loaded once per request."""
    own: list[SavedFilter] | None = getattr(request, "_kini_filters", None)
    if own is None:
        own = queries.saved_filters(request.user.pk or 0)
        request._kini_filters = own  # type: ignore[attr-defined]
    return own


def default_filter(request: HttpRequest) -> QueueAddress | None:
    """Query string of the officer's default filter, if any."""
    return next((queue_address.parse_query_string(saved.query) for saved in own_filters(request) if saved.first), None)


def filter_counts(request: HttpRequest) -> dict[int, int]:
    """Number of cases for each filter by id, up to desk_counts.MAX_COUNTED; computed once per request.

    Only for filters that an index can count quickly: not for search words, states or closed cases.
    """
    counts: dict[int, int] | None = getattr(request, "_kini_filter_counts", None)
    if counts is None:
        addresses = {saved.pk: queue_address.parse_query_string(saved.query) for saved in own_filters(request)}
        quick = {
            pk: each
            for pk, each in addresses.items()
            if each.view in COUNT_CACHE_SECONDS and not each.q and not each.state
        }
        paths = queue_address.area_paths(each.area for each in quick.values())
        numbers = queries.filter_counts(actor_for(request), [each.filters(paths) for each in quick.values()])
        counts = dict(zip(quick, numbers, strict=True))
        request._kini_filter_counts = counts  # type: ignore[attr-defined]
    return counts


def describe_filter(address: QueueAddress) -> str:
    """Describe a filter in words: "Late · Birth certificate · Harbour"."""
    return " · ".join(_parts(address))


def _parts(address: QueueAddress) -> Iterator[str]:
    yield str(VIEWS[address.view][1])
    if address.service:
        yield service_title_by_id(address.service)
    if address.area:
        yield area_name(address.area)
    if address.state:
        yield rules.public_word(address.state)
    if address.q:
        yield f"“{address.q}”"


def service_title_by_id(pk: str) -> str:
    """Title of a service in lists of cases; its id if it does not exist."""
    service = Service.objects.filter(pk=pk).select_related("current").first()
    return service_title(snapshot_of(service.current)) if service and service.current else pk


def area_name(code: str) -> str:
    return Area.objects.filter(code=code).values_list("name", flat=True).first() or code


@officers_only(CasePermission.SEE_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def filters(request: HttpRequest) -> HttpResponse:
    """Show the officer's filters; POST saves the view in the URL (`view`, `service` ...) under a name."""
    address = queue_address.parse_query(request.GET) if request.GET else None
    if request.method != "POST" or address is None:
        return _page(request, address)
    name = UNREADABLE.sub("", request.POST.get("name", ""))
    try:
        saved = actions.save_filter(
            by=actor_for(request), name=name, query=address.query, first=request.POST.get("first") == "yes"
        )
    except NotAllowed:
        raise
    except ActionRefused as refusal:
        return _page(request, address, errors=[("name", str(refusal))], typed=request.POST)
    messages.success(request, _("The filter “%(name)s” has been saved.") % {"name": saved.name})
    return see_other(queue_address.queue_url(address))


def _page(
    request: HttpRequest,
    address: QueueAddress | None,
    errors: Sequence[tuple[str, str]] = (),
    typed: Mapping[str, Any] | None = None,
) -> HttpResponse:
    own = own_filters(request)
    context = {
        "asked": address if address and len(own) < MAX_FILTERS else None,
        "words": describe_filter(address) if address else "",
        "full": len(own) >= MAX_FILTERS,
        "rows": [
            (each, describe_filter(queue_address.parse_query_string(each.query)), filter_url(each)) for each in own
        ],
        "errors": errors if address and len(own) < MAX_FILTERS else [("", text) for _anchor, text in errors],
        "wrong": dict(errors),
        "typed": typed or {},
        "most": MAX_FILTERS,
    }
    return render(request, "cases/desk/filters.html", context, status=422 if errors else 200)


def filter_url(saved: SavedFilter) -> str:
    """URL of a filter; always includes the view."""
    return f"{reverse('cases:desk')}?{saved.query}"


@officers_only(CasePermission.SEE_CASES)
@require_POST
def change_filter(request: HttpRequest, kept: int) -> HttpResponse:
    """Set or unset the default filter (`first`: "yes" or "no"), or delete the filter (`delete`)."""
    actor = actor_for(request)
    own = SavedFilter.objects.filter(Q(officer__user_id=actor.user_id), pk=kept).first()
    if own is None:
        raise Http404
    if "delete" in request.POST:
        actions.delete_filter(by=actor, saved=own)
        messages.success(request, _("The filter “%(name)s” has been deleted. Its cases are unchanged.") % {"name": own})
    else:
        actions.set_default_filter(by=actor, saved=own, first=request.POST.get("first") == "yes")
    return see_other("cases:desk-filters")
