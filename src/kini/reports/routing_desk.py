"""Routing of reports at the desk: coverage, the table, the dry run of a changed one, and reports that nobody has."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.cases.models import Case
from kini.core import current_time
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.reports import queries
from kini.reports import routing_table as routing
from kini.reports.kind import Report
from kini.reports.open311.other_cities import other_cities
from kini.reports.permissions import ReportPermission
from kini.services.public import snapshot_of
from kini.web.downloads import csv_response

MOST_SHOWN, MOST_ERRORS, MOST_BYTES = 50, 20, 2_000_000
CHANGES = ("service", "area", "from_agency", "from_unit", "to_agency", "to_unit", "reports", "handed_over_by_hand")


@officers_only(ReportPermission.PLAN_ROUTING)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """Coverage by area and report; an uploaded table is tried on the reports of the last year, and changes nothing."""
    context: dict[str, Any] = {"names": queries.report_names()}
    if request.method == "POST":
        upload = request.FILES.get("table")
        errors = [_("Choose the file with the changed table.")] if upload is None else []
        if upload is not None and (upload.size or 0) > MOST_BYTES:
            errors = [_("This file is too large for a routing table.")]
        if upload is not None and not errors:
            table, faults = routing.read_table(upload.name or "", upload.read())
            errors = [str(each) for each in faults[:MOST_ERRORS]]
            if not errors:
                changes, total = routing.dry_run(actor_for(request), table)
                if request.POST.get("as") == "csv":
                    return csv_response("routing-changes.csv", CHANGES, _cells(changes))
                context |= {"tried": True, "total": total, "moved": sum(each.reports for each in changes)}
                context |= {"pairs": routing.by_destinations(changes), "tried_coverage": routing.coverage(table)}
        context["errors"] = [("table", each) for each in errors]
    context["coverage"] = routing.coverage(routing.present_table())
    return render(request, "reports/desk/routing.html", context, status=422 if context.get("errors") else 200)


def _cells(changes: list[routing.Change]) -> Iterator[tuple[str | int, ...]]:
    for each in changes:
        before, after = each.before, each.after
        places = (before.agency, before.unit, after.agency, after.unit)
        yield each.service, each.area, *places, each.reports, each.handed_over


@officers_only(ReportPermission.PLAN_ROUTING)
@require_safe
def table_file(request: HttpRequest) -> HttpResponse:
    """The present table as CSV, to be changed and tried."""
    return csv_response("routing.csv", routing.COLUMNS, routing.table_rows(routing.present_table()))


@officers_only(ReportPermission.PLAN_ROUTING)
@never_cache
@require_safe
def unrouted(request: HttpRequest) -> HttpResponse:
    """Open reports that no rule sends anywhere, the oldest first, with the time until which somebody must have them.

    Below them, those that were filed in other cities.
    """
    actor, now, names = actor_for(request), current_time.now(), queries.report_names()
    reports = routing.unrouted(actor)
    shown = list(reports[:MOST_SHOWN])
    notes = routing.last_notes(shown)
    listed = [(each, names.get(each.service_id, ""), notes.get(each.pk, ""), _hand_over_by(each)) for each in shown]
    context: dict[str, Any] = {"rows": [(*each, each[-1] < now) for each in listed], "count": reports.count()}
    cities = {name: each.title for name, each in other_cities().items()}
    context["elsewhere"] = [
        (each, names.get(each.case.service_id, ""), cities.get(each.city, each.city))
        for each in routing.filed_elsewhere(actor)[:MOST_SHOWN]
    ]
    return render(request, "reports/desk/unrouted.html", context)


def _hand_over_by(case: Case) -> datetime:
    hours = Report().options(snapshot_of(case.version).definition).hand_over_hours
    return case.opened_at + timedelta(hours=hours)
