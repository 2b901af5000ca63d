"""Page of the advice of a disease: what each level means for residents, and the measures at venues."""

from dataclasses import dataclass

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kini.city.models import Area
from kini.core.dated_rules import rule_in_force
from kini.core.localized_text import Text
from kini.epidemic.diseases.advice_schema import LevelAdvice
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.diseases.schema import Disease
from kini.epidemic.surveillance.models import DeclaredLevel
from kini.people.public import nearby
from kini.web.formats import today
from kini.web.page_cache import cache_for_anonymous


@dataclass(frozen=True, slots=True)
class LevelView:
    """A level with its advice and its measures (venue, rule). `now`: declared for where the visitor lives."""

    level: int
    advice: LevelAdvice
    measures: tuple[tuple[Text, Text], ...]
    now: bool


@require_safe
@cache_for_anonymous
def advice(request: HttpRequest, disease: str) -> HttpResponse:
    """All levels, the declared one first; a disease without levels has one."""
    known = diseases().get(disease)
    rule = rule_in_force(known.advice, today()) if known else None
    if known is None or rule is None:
        raise Http404
    area = nearby.area_of(request)
    declared = declared_levels(area).get(disease) if area else None
    kinds = known.venues.kinds if known.venues else {}
    levels = [
        LevelView(
            level,
            each,
            tuple((kinds[kind], text) for kind, text in each.measures.items()),
            declared is not None and declared.level == level,
        )
        for level, each in rule.levels.items()
    ]
    context = {
        "disease": known,
        "rule": rule,
        "levels": sorted(levels, key=lambda each: (not each.now, each.level)),
        "single": len(levels) == 1,
        "declared": declared,
        "area": area,
        "capacity": _capacity(known),
    }
    return render(request, "epidemic/advice.html", context)


def declared_levels(area: Area) -> dict[str, DeclaredLevel]:
    """Level that an authority declared for an area today, by disease: of the nearest area around it, the newest."""
    day, codes = today(), area.path.split("/")
    rows = DeclaredLevel.objects.filter(Q(until=None) | Q(until__gte=day), area__in=codes, since__lte=day)
    return {each.disease: each for each in sorted(rows, key=lambda each: (codes.index(each.area_id), each.since))}


def _capacity(disease: Disease) -> list[tuple[Text, int]]:
    """Kinds of venue that may not be filled today, with the share of their places in per cent."""
    if disease.venues is None:
        return []
    limits = ((name, disease.venues.limits(kind, today())) for kind, name in disease.venues.kinds.items())
    return [(name, each.capacity_percent) for name, each in limits if each and each.capacity_percent < 100]
