"""Moderation at the desk: reports that wait for a check, and the check of one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.cases.models import Case
from kini.cases.public import case_at_desk
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.ids import parse_pk
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.reports import actions, queries
from kini.reports.models import Publication, PublicPhoto
from kini.reports.permissions import ReportPermission
from kini.reports.public_text import words_of
from kini.web.redirects import see_other

MOST_SHOWN = 50


@officers_only(ReportPermission.MODERATE)
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """List reports that wait for a check, the oldest first."""
    rows = queries.reports_to_check(actor_for(request)).order_by("opened_at", "pk")
    return render(request, "reports/desk/waiting.html", {"rows": queries.titled(rows, MOST_SHOWN)})


@officers_only(ReportPermission.MODERATE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, reference: str) -> HttpResponse:
    """Check one report: words, photos, whether it is public."""
    actor, case = case_at_desk(request, reference)
    publication = queries.publications_at_desk(actor).filter(case=case).first()
    if publication is None:
        raise Http404
    photos = queries.photos_of(case)
    error = ""
    if request.method == "POST":
        try:
            return _decided(request, actor, case, publication)
        except NotAllowed:
            raise
        except ActionRefused as refusal:
            error = str(refusal)
    return _page(request, publication, case, photos, error)


def _decided(request: HttpRequest, actor: Actor, case: Case, publication: Publication) -> HttpResponse:
    reason = request.POST.get("reason", "")
    if request.POST.get("verdict") == "private":
        actions.make_private(by=actor, case=case, reason=reason)
        messages.success(request, _("The public does not see this report."))
        return see_other("reports:desk-waiting")
    before, after = (_chosen(publication, request.POST.get(name, "")) for name in ("before", "after"))
    text = request.POST.get("text", "")
    actions.release(by=actor, case=case, text=text, before=before, after=after, reason=reason)
    messages.success(request, _("Everybody can see this report now."))
    return see_other("reports:desk-waiting")


def _chosen(publication: Publication, typed: str) -> PublicPhoto | None:
    return publication.photos.filter(pk=parse_pk(typed)).first()


def _page(request: HttpRequest, publication: Publication, case: Case, photos: Any, error: str) -> HttpResponse:
    current, sent = publication.current, request.POST if error else {}
    copies = list(publication.photos.select_related("source").order_by("at", "pk"))
    of_work = [each for each in copies if queries.is_of_work(each.source)]
    of_problem = [each for each in copies if each not in of_work]
    before = sent.get("before", _first(current.before_id if current else None, of_problem))
    after = sent.get("after", _first(current.after_id if current else None, of_work))
    context = {
        "case": case,
        "publication": publication,
        "versions": publication.versions.order_by("-number"),
        "text": sent.get("text", current.text if current else words_of(case)),
        "reason": sent.get("reason", ""),
        "choices": [
            ("before", before, _("Photo of the problem"), of_problem),
            ("after", after, _("Photo of the work"), of_work),
        ],
        "photos": photos,
        "errors": [("", error)] if error else [],
    }
    return render(request, "reports/desk/check.html", context, status=422 if error else 200)


def _first(current: int | None, copies: list[PublicPhoto]) -> str:
    """Copy to tick: the present one, else the newest."""
    return str(current or (copies[-1].pk if copies else ""))
