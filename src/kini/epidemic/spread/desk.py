"""Officers' pages of an epidemic: an area and its parts on any day, as known on any day; alerts; line lists."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kini.city.models import Area
from kini.city.public import city_tables, pack
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.typed_values import parse_day
from kini.epidemic.case_records.models import CaseRecord
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.diseases.schema import Disease
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.spread import area_situation, line_list, public_view
from kini.epidemic.surveillance import queries as surveillance
from kini.epidemic.surveillance.area_alerts import judge_alert
from kini.epidemic.surveillance.measures import DayOf
from kini.people.public import access_purposes, has_permission, officers_only
from kini.people.queries import actor_for
from kini.records.public import policy_of
from kini.web import charts, downloads, formats
from kini.web.desk_help import register_help
from kini.web.formats import today
from kini.web.navigation import NavItem, navigation

SEE = EpidemicPermission.SEE_SURVEILLANCE
#: Areas that can be compared at once.
MOST_COMPARED = 2
WEEKS_OF_ALERTS = 8
BY: dict[str, Any] = {
    "report": gettext_lazy("day of report"),
    "onset": gettext_lazy("first day of illness"),
    "specimen": gettext_lazy("day of the specimen"),
}
EVENTS = {
    "onset_on": gettext_lazy("first day of illness"),
    "specimen_on": gettext_lazy("specimen"),
    "reported_on": gettext_lazy("report"),
}
ORDERS = {
    "cases": lambda line: -(line.values["cases_week"] or 0),
    "incidence": lambda line: -(line.values["incidence_smoothed"] or 0),
    "reproduction": lambda line: -(line.values["reproduction"] or 0),
    "name": lambda line: line.area.name,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Request of an officer: area, day, and the day until which reports count (None: all that are known now)."""

    name: str
    disease: Disease
    area: Area
    day: date
    known_on: date | None
    by: DayOf

    @property
    def days(self) -> str:
        """Query string of the days, for links to other areas."""
        known = {"known_on": self.known_on.isoformat()} if self.known_on else {}
        return urlencode({"on": self.day.isoformat()} | known)

    def query(self, by: str = "") -> str:
        """Query string of this page, with another sort of day if one is given."""
        return f"{urlencode({'area': self.area.code, 'by': by or self.by})}&{self.days}"


@officers_only(SEE)
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Show the situation of each disease in the officer's area, with its open alerts."""
    roots = areas_of_actor(actor_for(request))
    day = today() - timedelta(days=1)
    lines = [
        {
            "name": name,
            "disease": disease,
            "line": next(iter(area_situation.situation_lines(name, roots[:1], day)), None),
            "alerts": surveillance.alerts(name, day, WEEKS_OF_ALERTS, only_open=True).count(),
        }
        for name, disease in diseases().items()
    ]
    return render(request, "epidemic/spread/desk_start.html", {"lines": lines, "area": roots[0]})


@officers_only(SEE)
@require_safe
def situation(request: HttpRequest, disease: str) -> HttpResponse:
    """Show an area with its parts, curve, ages and delays."""
    asked = _asked(request, disease)
    order = request.GET.get("sort", "cases")
    if order not in ORDERS:
        raise Http404
    children = area_situation.children_of(asked.area)
    (own,) = area_situation.situation_lines(disease, [asked.area], asked.day, asked.known_on)
    lines = area_situation.situation_lines(disease, children, asked.day, asked.known_on)
    chart, points = area_situation.curve(disease, asked.area, asked.day, asked.by, asked.known_on)
    compared = _compared(request, asked)
    courses = _comparison(asked, compared) if compared else None
    roots = areas_of_actor(actor_for(request))
    context = {
        "asked": asked,
        "name": disease,
        "disease": asked.disease,
        "own": own,
        "lines": sorted(lines, key=ORDERS[order]),
        "order": order,
        "around": _around(asked.area, roots),
        "chart": chart,
        "points": points[::-1][:28],
        "by": [(name, label, asked.query(by=name)) for name, label in BY.items()],
        "bars": area_situation.age_bars(disease, asked.area, asked.day, asked.known_on),
        "delays": [
            (EVENTS[start], EVENTS[end], delay)
            for start, end, delay in area_situation.delays(disease, asked.area, asked.day, asked.known_on)
        ],
        "zones": _neighbourhoods(asked) if not children else [],
        "compared": compared,
        "courses": courses,
        "comparable": [each for each in children if each not in compared],
        "alerts": surveillance.alerts(disease, asked.day, WEEKS_OF_ALERTS, only_open=True).count(),
        "may_list": has_permission(EpidemicPermission.SEE_CASE_RECORDS)(request),
    }
    return render(request, "epidemic/spread/desk_situation.html", context)


@officers_only(SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def alerts_page(request: HttpRequest, disease: str) -> HttpResponse:
    """List the alerts of the last weeks in the officer's areas; POST judges one."""
    about, actor = public_view.require_disease(disease), actor_for(request)
    roots = areas_of_actor(actor)
    rows = surveillance.alerts(disease, today(), WEEKS_OF_ALERTS)
    mine = [each for each in rows if any(_inside(each.area, root) for root in roots)]
    if request.method == "POST":
        alert = next((each for each in mine if str(each.pk) == request.POST.get("alert")), None)
        if alert is None:
            raise Http404
        try:
            judge_alert(
                by=actor,
                alert=alert,
                real=request.POST.get("verdict") == "real",
                note=request.POST.get("note", "")[:500],
            )
            messages.success(request, _("Judged: %(area)s.") % {"area": alert.area.name})
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
        return redirect("epidemic:desk-alerts", disease)
    alarms = surveillance.false_alarms(disease, today())
    context = {"name": disease, "disease": about, "alerts": mine, "false_alarms": alarms}
    return render(request, "epidemic/spread/desk_alerts.html", context)


@officers_only(EpidemicPermission.SEE_CASE_RECORDS)
@require_http_methods(["GET", "HEAD", "POST"])
def line_list_page(request: HttpRequest, disease: str) -> HttpResponse:
    """Ask for area, days, purpose and reason; POST returns the list as CSV."""
    about = public_view.require_disease(disease)
    problem = ""
    if request.method == "POST":
        try:
            return _line_list(request, disease)
        except NotAllowed:
            raise
        except ActionRefused as refusal:
            problem = str(refusal)
    values = request.POST if request.method == "POST" else request.GET
    context = {
        "name": disease,
        "disease": about,
        "problem": problem,
        "errors": [("reason", problem)] if problem else [],
        "areas": sorted(city_tables().areas.values(), key=lambda area: area.path),
        "values": values,
        "area": values.get("area", ""),
        "purposes": [
            (purpose, access_purposes.room_purposes.find(purpose) or purpose)
            for purpose in policy_of(CaseRecord).purposes
        ],
        "most_days": line_list.MOST_DAYS,
        "most_rows": line_list.MOST_ROWS,
    }
    return render(request, "epidemic/spread/desk_line_list.html", context, status=422 if problem else 200)


def areas_of_actor(actor: Actor) -> list[Area]:
    """Return the largest areas whose figures an officer may see.

    Raises:
        NotAllowed: none of the officer's areas is one of the city.
    """
    known = city_tables().areas
    paths = {grant.area_path for grant in actor.grants if SEE in grant.permissions}
    if "" in paths:
        return [area for area in known.values() if area.parent_id is None]
    areas = [area for area in known.values() if area.path in paths]
    inner = [area for area in areas if not any(_inside(area, other) and area != other for other in areas)]
    if not inner:
        raise NotAllowed(_("Your role holds for no area. Ask the person who manages roles at your agency."))
    return sorted(inner, key=lambda area: area.path)


#: Help for officers, by the page of the desk.
DESK_HELP = {
    "epidemic:desk-spread": gettext_lazy(
        "How the disease spreads by area, and areas with more cases in a week than expected. Look at the area "
        "first, then judge whether the rise is real. Earlier days stay as they were known then."
    ),
}


def register() -> None:
    """Register the navigation entry."""
    item = NavItem(
        *("epidemic:desk-spread", gettext_lazy("Epidemic: situation"), "chart", 101, "desk"),
        group=gettext_lazy("Health"),
        visible=has_permission(SEE),
    )
    register_help(DESK_HELP)
    navigation.register("desk-epidemic-spread", item)


def _asked(request: HttpRequest, name: str) -> Asked:
    disease, roots = public_view.require_disease(name), areas_of_actor(actor_for(request))
    code = request.GET.get("area") or roots[0].code
    area = city_tables().areas.get(code)
    if area is None or not area.active:
        raise Http404
    if not any(_inside(area, root) for root in roots):
        raise NotAllowed(_("This area is not yours. The public page has its published figures."))
    yesterday = today() - timedelta(days=1)
    day = min(_day(request, "on") or yesterday, yesterday)
    by = request.GET.get("by", "report")
    if by not in BY:
        raise Http404
    return Asked(name, disease, area, day, _day(request, "known_on"), by)  # type: ignore[arg-type]


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    day = parse_day(text)
    if day is None:
        raise Http404
    return day


def _inside(area: Area, around: Area) -> bool:
    return f"{area.path}/".startswith(f"{around.path}/")


def _around(area: Area, roots: list[Area]) -> list[Area]:
    known = city_tables().areas
    areas = [known[code] for code in area.path.split("/")[:-1]]
    return [each for each in areas if any(_inside(each, root) for root in roots)]


def _compared(request: HttpRequest, asked: Asked) -> list[Area]:
    children = {each.code: each for each in area_situation.children_of(asked.area)}
    return [children[code] for code in request.GET.getlist("with") if code in children][:MOST_COMPARED]


def _comparison(asked: Asked, areas: list[Area]) -> charts.Chart | None:
    """Plot the incidence of two areas."""
    found = area_situation.incidence_courses(asked.name, areas, asked.day, asked.known_on)
    zone = pack.current().timezone
    courses = [
        (
            area.name,
            [
                (datetime.combine(found.first + timedelta(days=number), datetime.min.time(), zone), float(value))
                for number, value in enumerate(found.figures["incidence"][place])
                if np.isfinite(value)
            ],
        )
        for place, area in enumerate(areas)
    ]
    return charts.build_chart(courses, (), formats.short_number, lambda at: formats.day_short(at.date()))


def _neighbourhoods(asked: Asked) -> list[Any]:
    zones = surveillance.zones_on(asked.name, asked.day, [asked.area.code], known_on=asked.known_on)
    return sorted(zones.neighbourhoods, key=lambda each: (-each.houses, each.rw, each.rt))


def _line_list(request: HttpRequest, disease: str) -> HttpResponse:
    area = city_tables().areas.get(request.POST.get("area", ""))
    days = [_posted_day(request, name) for name in ("first", "last")]
    if area is None:
        raise ActionRefused(_("Choose an area."))
    exported = line_list.export_line_list(
        by=actor_for(request),
        disease=disease,
        area=area,
        first=days[0],
        last=days[1],
        purpose=request.POST.get("purpose", ""),
        reason=request.POST.get("reason", ""),
    )
    rows = [[exported.watermark], *exported.rows]
    return downloads.csv_response(f"{exported.number}.csv", line_list.COLUMNS, rows)


def _posted_day(request: HttpRequest, name: str) -> date:
    day = parse_day(request.POST.get(name))
    if day is None:
        raise ActionRefused(_("Choose a first day and a last day."))
    return day
