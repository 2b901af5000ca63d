"""Start page of reports: categories, and numbers to call in an emergency."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kini.reports.kind import Report
from kini.services import queries as services
from kini.services.public import catalogue


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """List everything that can be reported, the most used first."""
    categories = catalogue.current().categories
    cards = [(card, categories.get(card.category)) for card in services.cards_of_kind(Report.id)]
    return render(request, "reports/choose.html", {"cards": cards})
