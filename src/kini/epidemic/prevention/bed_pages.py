"""Public pages of hospital beds: which hospital has a free one, and the history of a hospital."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from kini.city import queries as city
from kini.city.models import Unit
from kini.city.public import geocoding, point_map
from kini.core.geometry import Point
from kini.epidemic.prevention import beds
from kini.epidemic.prevention.bed_types import BedType, beds_file
from kini.people.public import nearby
from kini.web.offline_pages import available_offline
from kini.web.page_cache import cache_for_anonymous

HISTORY_DAYS = 14
#: Hospitals on a page.
ON_PAGE = 6


@dataclass(frozen=True, slots=True)
class _Place:
    """Origin of the distances: a point, its name, and an error text about what was typed."""

    point: Point | None = None
    name: str = ""
    problem: str = ""
    exact: bool = False


@cache_control(no_cache=True)
@require_http_methods(["GET", "HEAD", "POST"])
@available_offline
def bed_list(request: HttpRequest) -> HttpResponse:
    """Hospitals with their beds, those with a free one first. A device's position comes by POST, so no log has it."""
    known = beds_file()
    if known is None:
        raise Http404
    bed_type = request.GET.get("type", "")
    bed_type = bed_type if bed_type in known.types else ""
    place = _place(request)
    hospitals = beds.hospital_beds(bed_type, place.point)
    page = Paginator(hospitals, ON_PAGE).get_page(1 if place.exact else request.GET.get("page"))
    dots = [(number, each.position, _tone(each)) for number, each in enumerate(page.object_list, page.start_index())]
    context = {
        "page": page,
        "types": [(name, each.name) for name, each in known.types.items()],
        "bed_type": bed_type,
        "place": place,
        "silent": beds.without_report(hospitals),
        "map": point_map(dots, [], place.point),
        "hours": known.stale_after_hours,
        "phone": known.phone,
        "made_up": any(figure.report.source == "demo" for each in hospitals for figure in each.figures),
        "query": request.GET.urlencode(),
        "errors": [("near", place.problem)] if place.problem else [],
    }
    return render(request, "epidemic/beds.html", context, status=422 if place.problem else 200)


def _place(request: HttpRequest) -> _Place:
    if request.method == "POST":
        point = geocoding.parse_point(request.POST)
        if point is None or city.locate(*point) is None:
            return _Place(problem=geocoding.outside_city_text())
        return _Place(point, _("where you are"), exact=True)
    typed = request.GET.get("near", "")[:80].strip()
    if typed:
        point, problem = geocoding.geocode(typed)
        return _Place(point, typed, problem)
    area = nearby.area_of(request)
    return _Place((area.latitude, area.longitude), area.name) if area else _Place()


def _tone(hospital: beds.HospitalBeds) -> str:
    return "neutral" if hospital.old else "ok" if hospital.free else "bad"


@require_safe
@cache_for_anonymous
def hospital(request: HttpRequest, hospital: str) -> HttpResponse:
    """One hospital: its beds now and in the last two weeks."""
    known = beds_file()
    facility = next((each for each in city.facilities(beds.HOSPITAL) if each.pk == hospital), None)
    if known is None or facility is None:
        raise Http404
    current = next((each for each in beds.hospital_beds() if each.facility.pk == facility.pk), None)
    context = {
        "facility": facility,
        "current": current,
        "phone": facility.phone or known.phone,
        "trends": _trends(facility, known.types),
        "days": HISTORY_DAYS,
    }
    return render(request, "epidemic/hospital.html", context)


def _trends(facility: Unit, types: Mapping[str, BedType]) -> list[tuple[BedType, list[float], int, int]]:
    """Free beds of each type over time, with the fewest and the most."""
    rows = []
    for name, reports in beds.history(facility, HISTORY_DAYS).items():
        values = [float(each.available) for each in reports]
        rows.append((types[name], values, int(min(values)), int(max(values))))
    return rows
