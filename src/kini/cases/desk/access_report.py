"""Pages of the access report: reads by the officers of one's agencies, by day, also as CSV."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kini.cases.queries import access_report
from kini.cases.queries.access_report import AccessReport, OfficerReads
from kini.core.typed_values import parse_day
from kini.people import queries
from kini.people.public import PeoplePermission, access_purposes, officers_only
from kini.people.queries import actor_for
from kini.web import downloads, formats

MANAGE = PeoplePermission.MANAGE_OFFICERS


@officers_only(MANAGE)
@require_safe
def access_report_page(request: HttpRequest) -> HttpResponse:
    """Show the report of the requested day (`day`, default today)."""
    report = _report(request)
    before, after = report.day - timedelta(days=1), report.day + timedelta(days=1)
    context = {
        "report": report,
        "day": report.day,
        "before": before.isoformat(),
        "after": after.isoformat() if after <= formats.today() else "",
        "reads": sum(line.counts.reads for line in report.lines),
        "looks": sum(line.counts.looks for line in report.lines),
        "unusual": sum(line.unusual for line in report.lines),
        "days": access_report.DAYS,
        "limits": access_purposes.access_limits(),
        "many": access_report.OFTEN_READ_BY,
    }
    return render(request, "cases/desk/access_report.html", context)


@officers_only(MANAGE)
@require_safe
def access_report_csv(request: HttpRequest) -> HttpResponse:
    """The same day as CSV. It names officers; residents appear only as counts."""
    report = _report(request)
    head = [
        *(_("Officer"), _("Agency"), _("Day"), _("Reads"), _("Usual"), _("Median of the agency"), _("People")),
        *(_("Views of hidden data"), _("Usual views"), _("Outside their work"), _("In other areas")),
        *(_("Outside office hours"), _("Unusual")),
    ]
    name = f"access-{report.day.isoformat()}.csv"
    return downloads.csv_response(name, head, (_cells(line, report.day) for line in report.lines))


def _cells(line: OfficerReads, day: date) -> list[Any]:
    return [
        *(line.officer.name, str(line.officer.agency.title), day.isoformat(), line.counts.reads),
        *(line.reads_usual, line.reads_agency, line.people, line.counts.looks, line.looks_usual),
        *(line.untouched, "" if line.elsewhere is None else line.elsewhere, line.off_hours),
        _("yes") if line.unusual else _("no"),
    ]


def _report(request: HttpRequest) -> AccessReport:
    officers = queries.managed_officers(actor_for(request))
    return access_report.access_report(officers, _day(request.GET.get("day", "")))


def _day(text: str) -> date:
    """Parse the requested day; today if it is invalid or in the future."""
    today = formats.today()
    return min(parse_day(text) or today, today)
