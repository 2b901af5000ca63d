"""Public pages of hospital beds: which hospital has a free one, and the history of a hospital."""

from collections.abc import Mapping

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from kini.city import queries as city
from kini.city.models import Unit
from kini.city.public import point_map
from kini.epidemic.prevention import beds
from kini.epidemic.prevention.bed_types import BedType, beds_file
from kini.people.public import nearby
from kini.web.offline_pages import available_offline
from kini.web.page_cache import cache_for_anonymous

HISTORY_DAYS = 14
#: Hospitals on a page.
ON_PAGE = 6


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
    origin = nearby.origin_of(request)
    hospitals = beds.hospital_beds(bed_type, origin.point)
    page = Paginator(hospitals, ON_PAGE).get_page(1 if origin.exact else request.GET.get("page"))
    dots = [(number, each.position, _tone(each)) for number, each in enumerate(page.object_list, page.start_index())]
    context = {
        "page": page,
        "types": [(name, each.name) for name, each in known.types.items()],
        "bed_type": bed_type,
        "origin": origin,
        "silent": beds.without_report(hospitals),
        "map": point_map(dots, [], origin.point),
        "hours": known.stale_after_hours,
        "phone": known.phone,
        "made_up": any(figure.report.source == "demo" for each in hospitals for figure in each.figures),
        "query": request.GET.urlencode(),
        "errors": origin.errors,
    }
    return render(request, "epidemic/beds.html", context, status=422 if origin.problem else 200)


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
