"""Public pages of vaccination sites: near me, by vaccine, with free places; and calls for doses that are left."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.city import queries as city
from kini.city.public import geocoding, point_map
from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.core.geometry import Point
from kini.people.public import nearby
from kini.people.queries import actor_for
from kini.vaccination.campaigns.campaign_files import campaigns, vaccines
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.sites import appointments, standby
from kini.vaccination.sites.appointments import OpenSlot, Wish
from kini.vaccination.sites.models import Session, Site, StandbyRequest
from kini.vaccination.sites.site_points import site_address, site_point
from kini.web.formats import city_time, today
from kini.web.page_cache import cache_for_anonymous

#: Days that are looked at, and sites on a page.
DAYS, ON_PAGE = 14, 8


@dataclass(frozen=True, slots=True)
class _Origin:
    """Origin of the distances: a point, its name, and an error text about what was typed."""

    point: Point | None = None
    name: str = ""
    problem: str = ""
    exact: bool = False


@cache_control(no_cache=True)
@require_http_methods(["GET", "HEAD", "POST"])
def site_list(request: HttpRequest) -> HttpResponse:
    """Sites with free places, the nearest first. A device's position comes by POST, so no log has it."""
    known = campaigns()
    if not known:
        raise Http404
    name = request.GET.get("campaign", "")
    if name not in known:  # the first one that has sessions
        running = set(Session.objects.filter(settled_at=None).values_list("campaign", flat=True).distinct())
        name = next((key for key in known if key in running), next(iter(known)))
    offered = {key: each.name for key, each in vaccines().items() if known[name].series_of(key)}
    vaccine = request.GET.get("vaccine", "")
    vaccine = vaccine if vaccine in offered else ""
    origin = _origin(request)
    offers = appointments.sites_with(_wish(name, [vaccine] if vaccine else list(offered)), origin.point, count=200)
    page = Paginator(offers, ON_PAGE).get_page(1 if origin.exact else request.GET.get("page"))
    dots = [(number, site_point(each.site), "ok") for number, each in enumerate(page.object_list, page.start_index())]
    context = {
        "page": page,
        "campaigns": [(key, each.name) for key, each in known.items()],
        "campaign": name,
        "vaccines": list(offered.items()),
        "vaccine": vaccine,
        "names": offered,
        "origin": origin,
        "map": point_map(dots, [], origin.point),
        "days": DAYS,
        "service": known[name].service,
        "query": request.GET.urlencode(),
        "errors": [("near", origin.problem)] if origin.problem else [],
    }
    return render(request, "vaccination/sites.html", context, status=422 if origin.problem else 200)


def _wish(campaign: str, keys: list[str]) -> Wish:
    return Wish(campaign, keys, today(), today() + timedelta(days=DAYS - 1))


def _origin(request: HttpRequest) -> _Origin:
    if request.method == "POST":
        point = geocoding.parse_point(request.POST)
        if point is None or city.locate(*point) is None:
            return _Origin(problem=geocoding.outside_city_text())
        return _Origin(point, _("where you are"), exact=True)
    typed = request.GET.get("near", "")[:80].strip()
    if typed:
        point, problem = geocoding.geocode(typed)
        return _Origin(point, typed, problem)
    area = nearby.area_of(request)
    return _Origin((area.latitude, area.longitude), area.name) if area else _Origin()


@require_safe
@cache_for_anonymous
def site(request: HttpRequest, site: str) -> HttpResponse:
    """One site: where, its weekly timetable, and free places by day and vaccine."""
    found = get_object_or_404(Site.objects.select_related("area", "facility", "place"), pk=site, active=True)
    days = [(name, campaign, _days(found, name, campaign)) for name, campaign in campaigns().items()]
    context = {
        "site": found,
        "address": site_address(found),
        "phone": found.facility.phone,
        "timetable": _timetable(found),
        "campaigns": [row for row in days if row[2]],
        "days": DAYS,
    }
    return render(request, "vaccination/site.html", context)


def _days(site: Site, name: str, campaign: Campaign) -> list[tuple[object, str, int, OpenSlot]]:
    """Days with free places: day, vaccine's name, number of places, and the first slot."""
    names = vaccines()
    rows: dict[tuple[object, str], list[OpenSlot]] = {}
    for each in appointments.open_slots(_wish(name, [key for key in names if campaign.series_of(key)]), site.pk):
        rows.setdefault((city_time(each.starts_at).date(), each.vaccine), []).append(each)
    return [
        (day, str(names[vaccine].name), sum(each.free for each in slots), slots[0])
        for (day, vaccine), slots in rows.items()
    ]


def _timetable(site: Site) -> list[tuple[str, str, str]]:
    """Lines of the week: day, hours, and place where it is another one."""
    return [
        (
            str(WEEKDAYS[hours.weekday]),
            f"{hours.starts:%H.%M} – {hours.ends:%H.%M}",
            hours.place.name if hours.place else "",
        )
        for hours in site.hours.select_related("place")
    ]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_call(request: HttpRequest, number: int) -> HttpResponse:
    """Call for a dose that is left over: coming, or not."""
    related = ("site__area", "site__place", "site__facility", "session__slot", "resident", "booking")
    own = StandbyRequest.objects.filter(user=request.user.pk).select_related(*related)
    called = get_object_or_404(own, pk=number)
    if request.method == "POST":
        try:
            standby.answer_call(by=actor_for(request), request=called, coming=request.POST.get("answer") == "coming")
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
        return redirect(reverse("vaccination:standby", args=[number]))
    late = bool(called.answer_by and called.answer_by <= current_time.now())
    context = {"called": called, "address": site_address(called.site), "late": late}
    return render(request, "vaccination/standby.html", context)
