"""Public pages of the Wi-Fi: the nearest sites as list and map, and one site."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from kini.city import queries as city
from kini.city.models import Area
from kini.city.public import geocoding, point_map
from kini.core.geometry import Point
from kini.people.public import nearby as people_near
from kini.web.formats import time_of_day
from kini.web.offline_pages import available_offline, keep_also
from kini.wifi import config
from kini.wifi.health import queries as health
from kini.wifi.health.queries import SiteHealth, open_fault
from kini.wifi.inventory import queries
from kini.wifi.inventory.models import Site
from kini.wifi.inventory.queries import Opening
from kini.wifi.inventory.site_cache import SiteCache, site_cache
from kini.wifi.schema import WifiFile

#: Nearest sites that are shown, and sites on a page of the full list.
NEAREST, ON_PAGE = 10, 20
LONGEST = 80


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site as shown; `metres`: distance from the visitor or the place that was searched for."""

    number: int
    site: Site
    kind: str
    opening: Opening
    metres: float | None
    health: SiteHealth

    @property
    def minutes(self) -> int | None:
        return None if self.metres is None else queries.walking_minutes(self.metres)


@dataclass(frozen=True, slots=True)
class SearchChoice:
    """Search input.

    Attributes:
        near: origin of distances; `exact`: it is the visitor's location.
        problem: reason why there is no origin, for the visitor.
    """

    near: Point | None = None
    exact: bool = False
    text: str = ""
    kind: str = ""
    open: bool = False
    problem: str = ""


@cache_control(no_cache=True)
@require_http_methods(["GET", "HEAD", "POST"])
@available_offline
def nearest_sites(request: HttpRequest) -> HttpResponse:
    """List the nearest sites. The device sends its location by POST, so that no log records it."""
    network = _network()
    home = people_near.area_of(request)
    point = geocoding.parse_point(request.POST) if request.method == "POST" else None
    choice = _choice(network, request.GET, point, home)
    everything = site_cache()
    lines, page = _lines(everything, choice, request.GET.get("page"))
    around = _areas_above(lines) if choice.near else []
    context = {
        "network": network,
        "choice": choice,
        "kinds": [(name, kind.name) for name, kind in network.kinds.items()],
        "count": len(everything.sites),
        "lines": lines,
        "page": page,
        "map": point_map([(line.number, _point(line.site), "") for line in lines], [], choice.near),
        "made_up": any(line.site.made_up for line in lines),
        "query": request.GET.urlencode(),
        "wish": network.wish,
        "errors": [("near", choice.problem)] if choice.problem else [],
        "around": city.area(around[0]) if around else None,
    }
    response = render(request, "wifi/points.html", context, status=422 if choice.problem else 200)
    if around:
        keep_also(response, reverse("wifi:points"), *(reverse("wifi:area", args=[code]) for code in around))
    return response


@cache_control(no_cache=True)
@require_safe
@available_offline
def area_sites(request: HttpRequest, area: str) -> HttpResponse:
    """List the sites of an area with what holds for weeks, for phones without a net: no states, no distances."""
    network, place = _network(), get_object_or_404(Area, code=area, active=True)
    sites = [site for site in site_cache().sites if place.code in site.area.path.split("/")]
    if not sites:
        raise Http404
    groups = groupby(sorted(sites, key=lambda site: (site.area.name, site.name)), key=lambda site: site.area.name)
    context = {
        "network": network,
        "area": place,
        "count": len(sites),
        "groups": [
            (name, [(site, str(queries.kind_name(site)), _week(site)) for site in each]) for name, each in groups
        ],
        "made_up": any(site.made_up for site in sites),
    }
    return render(request, "wifi/area.html", context)


@require_safe
def site_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show one site: location, opening hours, open faults, and the link to report one."""
    network, site = _network(), site_cache().by_code.get(code)
    if site is None:
        raise Http404
    context = {
        "network": network,
        "site": site,
        "kind": queries.kind_name(site),
        "opening": queries.opening(site),
        "facts": _facts(network, site),
        "week": _week(site),
        "fault": open_fault(site),
        "health": health.site_health(site.pk),
        "map": point_map([(1, _point(site), "")], [], None),
        "street": _street(site),
        "report": network.fault,
        "known": _known(network, site),
    }
    return render(request, "wifi/site.html", context)


def _network() -> WifiFile:
    wifi = config.network()
    if wifi is None:
        raise Http404
    return wifi


def _choice(network: WifiFile, query: Mapping[str, str], point: Point | None, home: Area | None) -> SearchChoice:
    text = query.get("near", "")[:LONGEST].strip()
    kind = query.get("kind", "") if query.get("kind", "") in network.kinds else ""
    near, problem = point, ""
    if point and city.locate(*point) is None:
        near, problem = None, geocoding.outside_city_text()
    elif text and not point:
        near, problem = geocoding.geocode(text)
    elif home and not point:
        near, text = (home.latitude, home.longitude), home.name
    return SearchChoice(near, bool(point and near), text, kind, bool(query.get("open")), problem)


def _areas_above(lines: list[SiteRow]) -> list[str]:
    """Areas above those of the sites, in their order: each is small enough for one page."""
    return list(dict.fromkeys(line.site.area.path.split("/")[-2:][0] for line in lines))


def _lines(everything: SiteCache, choice: SearchChoice, number: str | None) -> tuple[list[SiteRow], Any]:
    """The nearest sites, or a page of all sites by name if there is no location."""
    fits = queries.site_filter(choice.kind, choice.open)
    if choice.near:
        nearest = list(islice(everything.by_distance(choice.near, fits), NEAREST))
        return [_line(n, site, metres) for n, (site, metres) in enumerate(nearest, 1)], None
    page = Paginator([site for site in everything.sites if fits(site)], ON_PAGE).get_page(number)
    return [_line(n, site, None) for n, site in enumerate(page.object_list, page.start_index() or 1)], page


def _line(number: int, site: Site, metres: float | None) -> SiteRow:
    kind = str(queries.kind_name(site))
    return SiteRow(number, site, kind, queries.opening(site), metres, health.site_health(site.pk))


def _point(site: Site) -> Point:
    return site.latitude, site.longitude


def _facts(network: WifiFile, site: Site) -> list[tuple[str, str]]:
    scheme = network.schemes.get(site.scheme)
    rows = (
        (_("Area"), geocoding.describe_location(site.area)),
        (_("Address"), site.address),
        (_("Number"), site.code),
        (_("Provider"), site.provider),
        (_("Paid by"), str(scheme.name) if scheme else ""),
    )
    return [(label, value) for label, value in rows if value]


def _week(site: Site) -> list[tuple[str, str]]:
    """Opening hours by weekday, equal neighbours grouped; empty if it is always open."""
    hours = queries.hours_of(site)
    if hours is None:
        return []
    spans = {day: ", ".join("–".join(map(time_of_day, span)) for span in hours.of(day)) for day in range(7)}
    groups = [(list(days), text or _("closed")) for text, days in groupby(spans, key=lambda day: spans[day])]
    return [(_days(days[0], days[-1]), text) for days, text in groups]


def _days(first: int, last: int) -> str:
    """ "Monday", or "Monday–Friday"."""
    return "–".join(str(WEEKDAYS[day]).capitalize() for day in dict.fromkeys((first, last)))


def _street(site: Site) -> str:
    here = f"{site.latitude}/{site.longitude}"
    return f"https://www.openstreetmap.org/?mlat={site.latitude}&mlon={site.longitude}#map=17/{here}"


def _known(network: WifiFile, site: Site) -> list[tuple[str, str]]:
    """Prefilled inputs of the report form."""
    if network.fault is None:
        return []
    place = network.fault.where
    return [
        *network.fault.known.items(),
        (network.fault.site, site.code),
        (f"{place}.lat", str(site.latitude)),
        (f"{place}.lon", str(site.longitude)),
        (f"{place}.text", site.address or site.name),
    ]
