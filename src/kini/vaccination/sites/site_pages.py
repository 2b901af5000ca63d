"""Public pages of vaccination sites: near me, by vaccine, with free places; and calls for doses that are left."""

from collections import Counter
from datetime import date, timedelta

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dates import WEEKDAYS
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from kini.city.public import point_map
from kini.people.public import nearby
from kini.vaccination.campaigns.campaign_files import campaigns, vaccines
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.sites import appointments
from kini.vaccination.sites.appointments import Wish
from kini.vaccination.sites.models import Session, Site
from kini.vaccination.sites.site_points import site_address, site_point
from kini.web.formats import city_time, today
from kini.web.page_cache import cache_for_anonymous

#: Days that are looked at, and sites on a page.
DAYS, ON_PAGE = 14, 8


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
    origin = nearby.origin_of(request)
    offers = appointments.sites_with(_wish(name, [vaccine] if vaccine else list(offered)), origin.point, count=200)
    page = Paginator(offers, ON_PAGE).get_page(1 if origin.exact else request.GET.get("page"))
    dots = [(number, site_point(each.site), "ok") for number, each in enumerate(page.object_list, page.start_index())]
    context = {
        "page": page,
        "campaigns": [(key, each.name) for key, each in known.items()],
        "campaign": name,
        "vaccines": list(offered.items()),
        "vaccine": vaccine,
        "origin": origin,
        "map": point_map(dots, [], origin.point),
        "days": DAYS,
        "query": request.GET.urlencode(),
        "errors": origin.errors,
    }
    return render(request, "vaccination/sites.html", context, status=422 if origin.problem else 200)


def _wish(campaign: str, keys: list[str]) -> Wish:
    return Wish(campaign, keys, today(), today() + timedelta(days=DAYS - 1))


@require_safe
@cache_for_anonymous
def site(request: HttpRequest, site: str) -> HttpResponse:
    """One site: where, its weekly timetable, and free places by day and vaccine."""
    found = get_object_or_404(Site.objects.select_related("area", "facility", "place"), pk=site, active=True)
    days = [(campaign, _days(found, name, campaign)) for name, campaign in campaigns().items()]
    context = {
        "site": found,
        "address": site_address(found),
        "phone": found.facility.phone,
        "timetable": _timetable(found),
        "campaigns": [row for row in days if row[1]],
        "days": DAYS,
    }
    return render(request, "vaccination/site.html", context)


def _days(site: Site, name: str, campaign: Campaign) -> list[tuple[date, str, int]]:
    """Days with free places: day, vaccine's name, and number of places."""
    names, free = vaccines(), Counter[tuple[date, str]]()
    for each in appointments.open_slots(_wish(name, [key for key in names if campaign.series_of(key)]), site.pk):
        free[city_time(each.starts_at).date(), each.vaccine] += each.free
    return [(day, str(names[vaccine].name), places) for (day, vaccine), places in free.items()]


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
