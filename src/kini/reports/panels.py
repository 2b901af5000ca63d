"""Panels of this room on the pages of a case: what the public sees of it, and who follows it."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kini.cases.public import CasePermission, CaseView, scope_of
from kini.people.queries import actor_for
from kini.people.rules import may
from kini.reports.kind import Report
from kini.reports.models import FiledRequest, Follower, OutsideRequest, Publication
from kini.reports.open311.other_cities import other_cities
from kini.reports.permissions import ReportPermission


def tracker_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """Panel of the tracker: the public side of one's own report, and how to make it private."""
    publication = _publication_of(view)
    if publication is None or not view.theirs:
        return None
    return render_to_string("reports/panels/publication.html", {"publication": publication, "case": view.case}, request)


def desk_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """Followers of a report with their photos, and the way to its moderation."""
    publication = _publication_of(view)
    if publication is None:
        return None
    context = {
        "publication": publication,
        "case": view.case,
        "followers": Follower.objects.filter(case=view.case).count(),
        "may_check": may(actor_for(request), ReportPermission.MODERATE, scope_of(view.case)),
    }
    return render_to_string("reports/panels/desk.html", context, request)


def elsewhere_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """Panel of the tracker: the other city that has the report, too."""
    outside = _outside_request(view)
    if outside is None or not view.theirs or outside.state != OutsideRequest.FILED:
        return None
    return render_to_string("reports/panels/elsewhere.html", _elsewhere(outside), request)


def open311_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """Panel of the desk: additions by the program that filed a report, and the report in another city."""
    if view.case.kind != Report.id:
        return None
    filed = FiledRequest.objects.filter(case=view.case).select_related("client").prefetch_related("updates").first()
    outside, cities = _outside_request(view), other_cities()
    takes = any(view.case.service_id in each.services for each in cities.values())
    may_send = may(actor_for(request), CasePermission.TRANSFER, scope_of(view.case))
    can_send = takes and may_send and outside is None and view.case.closed_at is None
    if filed is None and outside is None and not can_send:
        return None
    context = {"case": view.case, "filed": filed, "can_send": can_send}
    return render_to_string("reports/panels/open311.html", context | _elsewhere(outside), request)


def _outside_request(view: CaseView) -> OutsideRequest | None:
    return OutsideRequest.objects.filter(case=view.case).first() if view.case.kind == Report.id else None


def _elsewhere(outside: OutsideRequest | None) -> dict[str, Any]:
    city = other_cities().get(outside.city) if outside else None
    return {"outside": outside, "city": city.title if city else outside and outside.city}


def _publication_of(view: CaseView) -> Publication | None:
    if view.case.kind != Report.id:
        return None
    return Publication.objects.filter(case=view.case).select_related("current").first()
