"""Public figures of the offices that close reports, and the draws of audits that anybody can make again."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from kini.core.localized_text import Text
from kini.core.typed_values import parse_day
from kini.reports.models import AgencyFigures, AuditDraw
from kini.web.downloads import csv_response

COLUMNS = (
    *("closed", "confirmed", "disputed", "cannot_tell", "audited", "failed", "late", "open", "overdue", "median_days"),
)
DRAWS_SHOWN = 14
RULE = "For each agency: its tickets in the order of the SHA-256 of SEED:TICKET, the first one in so many, rounded up."


@require_safe
def offices(request: HttpRequest) -> HttpResponse:
    """Figures of all offices as of the last day, and the last draws."""
    newest = AgencyFigures.objects.order_by("-day").first()
    rows = AgencyFigures.objects.filter(day=newest.day).select_related("agency") if newest else ()
    named = sorted(((str(Text.model_validate(each.agency.name)), each) for each in rows), key=lambda row: row[0])
    draws = AuditDraw.objects.order_by("-day")[:DRAWS_SHOWN]
    return render(request, "reports/offices.html", {"rows": named, "day": newest and newest.day, "draws": draws})


@require_safe
def offices_file(request: HttpRequest) -> HttpResponse:
    """Figures of all offices on all days as CSV."""
    rows = AgencyFigures.objects.order_by("day", "agency").values_list("day", "agency", *COLUMNS)
    cells = (
        (day.isoformat(), agency, *("" if each is None else each for each in counts)) for day, agency, *counts in rows
    )
    return csv_response("offices.csv", ("day", "agency", *COLUMNS), cells)


@require_safe
def draw(request: HttpRequest, day: str) -> HttpResponse:
    """One draw as JSON: everything that is needed to make it again."""
    made = get_object_or_404(AuditDraw, day=parse_day(day))
    lots = made.lots.order_by("agency", "ticket").values("agency", "ticket", "drawn")
    content = {"day": day, "commitment": made.commitment, "seed": made.seed or None, "one_in": made.one_in}
    return JsonResponse(content | {"rule": RULE, "lots": list(lots)})
