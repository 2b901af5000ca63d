"""Panels of this room on the pages of a case: what the public sees of it, and who follows it."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kini.cases.public import CaseView, scope_of
from kini.people.queries import actor_for
from kini.people.rules import may
from kini.reports.kind import Report
from kini.reports.models import Follower, Publication
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


def _publication_of(view: CaseView) -> Publication | None:
    if view.case.kind != Report.id:
        return None
    return Publication.objects.filter(case=view.case).select_related("current").first()
