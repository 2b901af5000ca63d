"""Desk pages of figures: indicators of tracing, chains, likely sources."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.forms import DateField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kini.city import queries as city_queries
from kini.city.models import Area
from kini.core.actors import Actor
from kini.epidemic.case_records.models import CaseRecord
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.tracing import chains
from kini.epidemic.tracing.interview_desk import find_case
from kini.epidemic.tracing.likely_sources import LikelySource, likely_sources
from kini.epidemic.tracing.models import Gathering
from kini.epidemic.tracing.tracing_indicators import TRACED, tracing_indicators
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.people.rules import scope_with
from kini.records.public import visible
from kini.web import formats
from kini.web.formats import today

#: Days of cases whose common sources are looked for.
SOURCE_DAYS = 28
#: Sources on the page, and cases that are compared.
SHOWN, MOST_CASES = 30, 5000
#: Sources that chance explains more often than once in ten are not shown.
LEAST_SURPRISE = 1


def own_area(by: Actor) -> Area:
    """Return the area over which an officer traces contacts; the city for one without an area."""
    path = scope_with(by, EpidemicPermission.TRACE_CONTACTS).area_path
    area = Area.objects.filter(path=path).first() if path else city_queries.whole_city()
    if area is None:
        raise Http404
    return area


def traced_diseases() -> dict[str, object]:
    """Return the names of the diseases whose contacts are traced, by id."""
    return {name: each.name for name, each in diseases().items() if each.tracing}


def chosen_disease(request: HttpRequest) -> str:
    """Return the disease of the address, else the first one; 404 in a city without one."""
    known = traced_diseases()
    if not known:
        raise Http404
    name = request.GET.get("disease", "")
    return name if name in known else next(iter(known))


def chosen_day(request: HttpRequest) -> date:
    """Return the day of the address, else today."""
    try:
        day: date = DateField().clean(request.GET.get("day", ""))
    except ValidationError:
        return today()
    return min(day, today())


@officers_only(EpidemicPermission.TRACE_CONTACTS)
@require_safe
def figures_page(request: HttpRequest) -> HttpResponse:
    """Show WHO's indicators of tracing in the officer's area."""
    by, disease, day = actor_for(request), chosen_disease(request), chosen_day(request)
    area = own_area(by)
    found = tracing_indicators(disease, area, day)
    rows = [
        (_("Contacts reached on the day"), found.seen, _("of those under follow-up on it")),
        (_("Follow-ups completed"), found.completed, _("of those that ended without illness in the week")),
        (_("Contacts lost"), found.lost, _("of the same follow-ups")),
        (_("Cases traced in time"), found.in_time, _("first contact recorded within 24 hours, of the week's cases")),
        (_("Cases who were known contacts"), found.known, _("followed up before they were cases, of the week's cases")),
    ]
    context = {
        "area": area,
        "diseases": traced_diseases(),
        "disease": disease,
        "day": day,
        "today": today(),
        "figures": found,
        "rows": rows,
    }
    return render(request, "epidemic/tracing/figures.html", context)


@officers_only(EpidemicPermission.TRACE_CONTACTS)
@require_safe
def chain_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Draw the chain of a case as a graph and as a time line, with a table beside them. It shows no names."""
    by, case = actor_for(request), find_case(request, reference)
    chain = chains.chain_of(by, case)
    labels = {each.case.key: each.case.label or _("Case in {area}").format(area=each.case.area) for each in chain.cases}
    rows = [
        {
            "case": each.case,
            "label": labels[each.case.key],
            "generation": each.generation,
            "sources": [labels[key] for key in each.sources],
        }
        for each in chain.cases
    ]
    context = {
        "case": case,
        "chain": chain,
        "rows": rows,
        "graph": chains.draw_graph(chain, labels),
        "time_line": chains.draw_time_line(chain, labels, case.disease, formats.day_short),
    }
    return render(request, "epidemic/tracing/chain.html", context)


@officers_only(EpidemicPermission.TRACE_CONTACTS)
@require_safe
def sources_page(request: HttpRequest) -> HttpResponse:
    """Rank likely common sources of the newest cases of the officer's area, with the reasons."""
    by, disease, day = actor_for(request), chosen_disease(request), chosen_day(request)
    area = own_area(by)
    cases = visible(by, CaseRecord).filter(
        disease=disease,
        classification__in=TRACED,
        reported_on__range=(day - timedelta(days=SOURCE_DAYS - 1), day),
    )
    newest = list(cases.order_by("-reported_on", "-pk")[:MOST_CASES])
    ranked = likely_sources(newest, area)
    context = {
        "area": area,
        "diseases": traced_diseases(),
        "disease": disease,
        "day": day,
        "today": today(),
        "count": len(newest),
        "days": SOURCE_DAYS,
        "sources": _named([each for each in ranked if each.surprise >= LEAST_SURPRISE][:SHOWN], newest),
    }
    return render(request, "epidemic/tracing/sources.html", context)


def _named(sources: list[LikelySource], cases: list[CaseRecord]) -> list[dict[str, object]]:
    references = {each.pk: each.reference for each in cases}
    gatherings = Gathering.objects.in_bulk([each.key for each in sources if each.type == "gathering"])
    records = CaseRecord.objects.in_bulk([each.key for each in sources if each.type == "case"])
    rows: list[dict[str, object]] = []
    for each in sources:
        gathering = gatherings.get(each.key) if each.type == "gathering" else None
        record = records.get(each.key) if each.type == "case" else None
        rows.append(
            {
                "source": each,
                "gathering": gathering,
                "case": record if record and record.pk in references else None,
                "times": len(each.cases) / each.expected,
                "chance": formats.number(10 ** min(12, round(each.surprise))),
                "references": sorted(references[key] for key in each.cases),
            }
        )
    return rows
