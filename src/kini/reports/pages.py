"""Where a report begins: what can be reported, and whom to call when it cannot wait."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kini.reports.kind import Report
from kini.services import catalogue
from kini.services import queries as services


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Everything that can be reported here, what most people look for first."""
    categories = catalogue.current().categories
    cards = [(card, categories.get(card.category)) for card in services.by_kind(Report.id)]
    return render(request, "reports/choose.html", {"cards": cards})
