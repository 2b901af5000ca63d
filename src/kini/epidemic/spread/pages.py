"""Public pages of a disease: the city today, its areas, one area, the method. They show published content only."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.city import queries as city_queries
from kini.city.models import Area
from kini.city.public import CityMap, area_map, city_tables, pack, shaded
from kini.core.dated_rules import SourcedRule, rule_in_force
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.diseases.level_schema import Zone
from kini.epidemic.spread import downloads, figures_view, public_view, queries
from kini.epidemic.spread.level_texts import LEVEL_MEANS, LEVEL_TONES, RATING_LABELS
from kini.epidemic.spread.public_view import AreaLine, AskedDay
from kini.people.public import nearby
from kini.web import formats
from kini.web.page_cache import cache_for_anonymous

#: Areas on the first page; the page of all areas has the others.
TOP = 8
#: Days and periods in the tables below curves.
ROWS = 28
#: Areas of the table of all areas that are not folded.
MOST_LINES = 25
ORDERS = {
    "incidence": lambda line: (line.counts.incidence is None, -(line.counts.incidence or 0), line.area.name),
    "cases": lambda line: (line.counts.cases is None, -(line.counts.cases or 0), line.area.name),
    "name": lambda line: (line.area.name,),
}


@cache_for_anonymous
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List the diseases that have published figures."""
    lines = []
    for name, disease in diseases().items():
        if row := queries.newest_day(name):
            content = row.read()
            cards = figures_view.figure_cards(content, figures_view.FIRST[:2])
            lines.append({"name": name, "disease": disease, "content": content, "cards": cards, "row": row})
    return render(request, "epidemic/spread/overview.html", {"lines": lines})


@cache_for_anonymous
@require_safe
def disease_page(request: HttpRequest, disease: str) -> HttpResponse:
    """Show the city on a day: level, figures, curve, areas."""
    asked = public_view.asked_day(request, disease)
    context = _shared(asked) | {"own": _own_area(request, asked)}
    if asked.content:
        by = "onset" if request.GET.get("by") == "onset" and any(asked.content.by_onset) else "report"
        chart, points = public_view.city_curve(asked.content, by)
        context |= {
            "cards": figures_view.figure_cards(asked.content, figures_view.FIRST),
            "more": figures_view.figure_cards(
                asked.content, tuple(name for name in figures_view.FORMS if name not in figures_view.FIRST)
            ),
            "by": by,
            "has_onset": any(asked.content.by_onset),
            "chart": chart,
            "points": points[-ROWS:][::-1],
        }
    if asked.areas:
        lines = _lines(asked, pack.current().lowest_level)
        context |= {"top": sorted(lines, key=ORDERS["incidence"])[:TOP], "map": _map(asked, lines)}
    return render(request, "epidemic/spread/disease.html", context)


@cache_for_anonymous
@require_safe
def areas_page(request: HttpRequest, disease: str) -> HttpResponse:
    """Show all areas of a level as map and table."""
    asked = public_view.asked_day(request, disease)
    if asked.areas is None:
        raise Http404
    levels = [each.id for each in pack.current().area_levels[1:]]
    level = request.GET.get("level", levels[-1])
    order = request.GET.get("sort", "incidence")
    if level not in levels or order not in ORDERS:
        raise Http404
    lines = sorted(_lines(asked, level), key=ORDERS[order])
    context = _shared(asked) | {
        "lines": lines[:MOST_LINES],
        "folded": lines[MOST_LINES:],
        "map": _map(asked, lines if level == levels[-1] else _lines(asked, levels[-1])),
        "hidden": sum(line.counts.cases is None for line in lines),
        "level": level,
        "levels": [(each, pack.current().level_name(each)) for each in levels],
        "order": order,
        "has_doses": any(line.counts.first_doses is not None for line in lines),
    }
    return render(request, "epidemic/spread/areas.html", context)


@cache_for_anonymous
@require_safe
def area_page(request: HttpRequest, disease: str, code: str) -> HttpResponse:
    """Show one area: its curve by week, zones, vaccination, and the city's level with what it means."""
    asked = public_view.asked_day(request, disease)
    area = city_tables().areas.get(code)
    if area is None or not area.active or area.parent_id is None:
        raise Http404
    periods = queries.area_periods(disease, code, asked.content.day if asked.past and asked.content else None)
    line = next((each for each in _lines(asked, area.level) if each.area.code == code), None) if asked.areas else None
    context = _shared(asked) | {
        "area": area,
        "around": _around(area),
        "line": line,
        "nearby": [each for each in _lines(asked, area.level) if each.area.parent_id == area.parent_id]
        if asked.areas
        else [],
        "line_zones": _zone_lines(asked, line.counts.zones if line else {}),
        "periods": periods[::-1],
        "chart": public_view.area_curve(periods),
        "map": _map(asked, _lines(asked, pack.current().lowest_level), within=area.parent_id, chosen=code)
        if area.level == pack.current().lowest_level
        else None,
        "parts": sorted(
            (each for each in city_tables().areas.values() if each.parent_id == code and each.active),
            key=lambda each: each.name,
        ),
    }
    return render(request, "epidemic/spread/area.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_area(request: HttpRequest, disease: str) -> HttpResponse:
    """Go to the visitor's own area; ask for it first. POST remembers the choice in this browser."""
    public_view.require_disease(disease)
    if request.method == "POST":
        area = city_queries.area(request.POST.get("area", "")[:20])
        if area is None or area.level != pack.current().lowest_level:
            return _choose(request, disease, _("Choose the area in which you live or are now."))
        response = redirect("epidemic:area", disease, area.code)
        nearby.remember_area(request, response, area)
        return response
    area = nearby.area_of(request)
    if area is None or "other" in request.GET:
        return _choose(request, disease, "", area)
    return redirect("epidemic:area", disease, area.code)


@cache_for_anonymous
@require_safe
def method_page(request: HttpRequest, disease: str) -> HttpResponse:
    """Explain how each figure is computed, by which rules, and how well the estimates held."""
    asked = public_view.asked_day(request, disease)
    context = _shared(asked) | {
        "levels": _newest_first(asked.disease.surveillance.levels),
        "zone_rules": _newest_first(asked.disease.surveillance.zones),
        "ratings": [
            (RATING_LABELS.get(each.name, each.name), each.value, None if each.rating is None else each.rating + 1)
            for each in (asked.content.level.ratings if asked.content and asked.content.level else ())
        ],
        "definitions": _newest_first(asked.disease.definitions),
    }
    return render(request, "epidemic/spread/method.html", context)


@cache_for_anonymous
@require_safe
def data_page(request: HttpRequest, disease: str) -> HttpResponse:
    """List the downloads with their dictionary."""
    asked = public_view.asked_day(request, disease)
    context = _shared(asked) | {"tables": downloads.TABLES.values(), "formats": list(downloads.FORMATS)}
    return render(request, "epidemic/spread/data.html", context)


def _shared(asked: AskedDay) -> dict[str, Any]:
    content = asked.content
    return {
        "asked": asked,
        "name": asked.name,
        "disease": asked.disease,
        "content": content,
        "areas": asked.areas,
        "doses_source": figures_view.source_name(asked.areas.doses_source) if asked.areas else "",
        "means": LEVEL_MEANS.get(content.level.highest, "") if content and content.level else "",
        "tone": LEVEL_TONES.get(content.level.highest, "info") if content and content.level else "info",
        "zones": _zone_lines(asked, content.zones if content else {}),
        "period": public_view.period_words(asked.areas.first, asked.areas.last) if asked.areas else "",
    }


def _zone_lines(asked: AskedDay, zones: Mapping[str, int]) -> list[tuple[Zone, int]]:
    """Return the zones by the rule of the day with their numbers of neighbourhoods; those with a case only."""
    rule = rule_in_force(asked.disease.surveillance.zones, asked.content.day) if asked.content and zones else None
    return [(zone, zones.get(zone.id, 0)) for zone in rule.zones if zone.up_to != 0] if rule else []


def _lines(asked: AskedDay, level: str) -> list[AreaLine]:
    if asked.areas is None or asked.areas_row is None:
        return []
    return public_view.area_lines(asked.areas, queries.areas_before(asked.areas_row), level)


def _map(asked: AskedDay, lines: Sequence[AreaLine], *, within: str = "", chosen: str = "") -> CityMap | None:
    """Map of the smallest areas by smoothed incidence; hidden ones have no class."""
    values = {line.area.code: line.counts.smoothed for line in lines if line.counts.smoothed is not None}
    classes, class_of = shaded(values, formats.short_number)
    texts = {line.area.code: _map_text(line) for line in lines}
    query = asked.query

    def link(code: str) -> str:
        return f"{reverse('epidemic:area', args=[asked.name, code])}{query}"

    label = _("Cases of the week for each 100,000 people")
    return area_map(label, classes, class_of, texts=texts, link=link, within=within, chosen=chosen)


def _map_text(line: AreaLine) -> str:
    if line.counts.cases is None:
        return _("hidden")
    return ngettext("%(count)d case", "%(count)d cases", line.counts.cases) % {"count": line.counts.cases}


def _newest_first[R: SourcedRule](rules: list[R]) -> list[R]:
    return sorted(rules, key=lambda rule: rule.since, reverse=True)


def _around(area: Area) -> list[Area]:
    """Return the areas around, without the whole city, from the largest."""
    return [city_tables().areas[code] for code in area.path.split("/")[1:-1]]


def _own_area(request: HttpRequest, asked: AskedDay) -> AreaLine | None:
    """Return the line of a signed-in visitor's own area; pages for others are the same for everybody."""
    if not request.user.is_authenticated or asked.areas is None:
        return None
    area = nearby.area_of(request)
    counts = asked.areas.areas.get(area.code) if area else None
    return AreaLine(area, counts, None) if area and counts else None


def _choose(request: HttpRequest, disease: str, problem: str, area: Area | None = None) -> HttpResponse:
    context = {
        "name": disease,
        "disease": public_view.require_disease(disease),
        "problem": problem,
        "errors": [("area", problem)] if problem else [],
        "level": pack.current().level_name(pack.current().lowest_level),
        "areas": city_queries.lowest_level_areas(),
        "chosen": area,
        "back": reverse("epidemic:disease", args=[disease]),
    }
    return render(request, "epidemic/spread/own_area.html", context, status=422 if problem else 200)
