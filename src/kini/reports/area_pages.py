"""Pages about the reports of an area: by month, the feed, messages about it, a poster with a code."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from kini.city import queries as city
from kini.city.models import Area
from kini.city.public import CityMap, area_map, shaded
from kini.core.actors import ActionRefused, Actor, ActorKind
from kini.core.ids import parse_pk
from kini.people.models import User
from kini.people.queries import actor_for
from kini.reports import actions, area_news
from kini.reports.area_months import AreaMonths
from kini.reports.models import AreaSubscription
from kini.reports.report_filter import area_choices, chosen_area, report_filter
from kini.web.formats import short_number
from kini.web.page_cache import cache_for_anonymous
from kini.web.qr import qr
from kini.web.redirects import see_other

LONGEST_STREET = 80
#: Shades of the map, whose edges are the same for all months.
SHADES = 5
#: Height of the highest column over the months, in units of its drawing.
COLUMN = 40


@require_safe
@cache_for_anonymous
def months(request: HttpRequest) -> HttpResponse:
    """Public reports of the city or an area, one month after the other: map, figures of its parts, all months."""
    area = chosen_area(request.GET) or city.whole_city()
    if area is None:
        raise Http404
    counts = AreaMonths(area)
    every = counts.of(area)
    chosen = next((n for n, each in enumerate(every) if f"{each.month:%Y-%m}" == request.GET.get("month")), -1)
    chosen %= len(every)
    parts = [(each, counts.of(each)[chosen]) for each in _parts(area)]
    most = max((each.still_open for each in every), default=0) or 1
    context = {
        "area": area,
        "whole": area.depth == 0,
        "area_query": f"area={area.code}&" if area.depth else "",
        "chosen": every[chosen],
        "earlier": every[chosen - 1] if chosen else None,
        "later": every[chosen + 1] if chosen + 1 < len(every) else None,
        "columns": [(each, COLUMN - round(COLUMN * each.still_open / most)) for each in every],
        "column": COLUMN,
        "rows": [row for row in parts if row[1].reported or row[1].still_open or row[1].solved],
        "map": _map(counts, area, chosen),
        "areas": area_choices(),
    }
    return render(request, "reports/months.html", context)


def _parts(area: Area) -> list[Area]:
    return list(Area.objects.filter(parent=area.code, active=True).order_by("path"))


def _map(counts: AreaMonths, area: Area, chosen: int) -> CityMap | None:
    smallest = [
        each for _parent, children in city.lowest_level_areas() for each in children if each.path in counts.paths
    ]
    by_code = {each.code: [row.still_open for row in counts.of(each)] for each in smallest}
    known = sorted(value for values in by_code.values() for value in values if value)
    edges = sorted({known[len(known) * n // SHADES] for n in range(1, SHADES)}) if known else []
    values = {code: float(row[chosen]) for code, row in by_code.items()}
    classes, class_of = shaded(values, short_number, [float(each) for each in edges])
    texts = {code: short_number(value) for code, value in values.items()}
    within = area.code if area.depth else ""
    return area_map(_("Open reports at the end of the month"), classes, class_of, texts=texts, within=within)


@cache_control(no_cache=True)
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Newest public reports in Atom, with the filters of the list."""
    return HttpResponse(
        area_news.atom_feed(report_filter(request.GET)), content_type="application/atom+xml; charset=utf-8"
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def areas(request: HttpRequest) -> HttpResponse:
    """Areas about which one gets messages: add one, take one away."""
    assert isinstance(request.user, User)
    error = ""
    if request.method == "POST":
        try:
            _change(request, request.user)
        except ActionRefused as refusal:
            error = str(refusal)
        else:
            return see_other("reports:areas")
    chosen = chosen_area(request.GET)
    own = AreaSubscription.objects.filter(user=request.user).select_related("area__parent").order_by("area__path")
    context = {
        "own": own,
        "chosen": chosen.code if chosen else "",
        "areas": area_choices(),
        "error": error,
        "errors": [("area", error)] if error else [],
    }
    return render(request, "reports/areas.html", context, status=422 if error else 200)


def _change(request: HttpRequest, user: User) -> None:
    if remove := request.POST.get("remove", ""):
        if actions.leave_area(by=actor_for(request), subscription=parse_pk(remove), user=user.pk):
            messages.success(request, _("You get no more messages about this area."))
        return
    area = chosen_area(request.POST)
    if area is None:
        raise ActionRefused(_("Choose an area."))
    actions.follow_area(by=actor_for(request), area=area)
    messages.success(request, _("We write to you on days with news about reports in this area."))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def area_stop(request: HttpRequest, token: str) -> HttpResponse:
    """End the messages about an area by the link that is in each of them. Opening it changes nothing."""
    target = area_news.read_token(token)
    if target is None:
        raise Http404
    subscription, user = target
    done = request.method == "POST"
    if done:
        actions.leave_area(by=Actor(ActorKind.GUEST), subscription=subscription, user=user)
    row = AreaSubscription.objects.filter(pk=subscription, user=user).select_related("area").first()
    return render(request, "reports/area_stop.html", {"row": row, "done": done or row is None})


@require_safe
def poster(request: HttpRequest) -> HttpResponse:
    """Page to print for a street or area, whose code opens the reports there or a new report with the place."""
    area, street = chosen_area(request.GET), request.GET.get("street", "").strip()[:LONGEST_STREET]
    opens = "area" if request.GET.get("opens") == "area" else "report"
    context: dict[str, Any] = {"areas": area_choices(), "area": area, "street": street, "opens": opens}
    if area:
        name = "reports:public" if opens == "area" else "reports:choose"
        place = {"area": area.code} | ({"street": street} if street and opens == "report" else {})
        address = f"{settings.ENV.address}{reverse(name)}?{urlencode(place)}"
        context |= {"address": address, "code": qr(address, border=4)}
    return render(request, "reports/poster.html", context)
