"""Desk page of the health agency: serious events after vaccinations, and their review."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kini.core.actors import ActionRefused
from kini.people.public import details_of, officers_only
from kini.people.queries import actor_for
from kini.vaccination.campaigns.campaign_files import vaccine_name
from kini.vaccination.doses.models import Dose
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.visits import actions, queries
from kini.web.redirects import see_other

PER_PAGE = 50


@officers_only(VaccinationPermission.REVIEW_EVENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def events_page(request: HttpRequest) -> HttpResponse:
    """List serious events, those without a review first; POST reviews one."""
    by, wrong, reference = actor_for(request), "", request.POST.get("event", "")
    rows = queries.serious_events(by)
    if request.method == "POST":
        event = rows.filter(reference=reference).first()
        if event is None:
            raise Http404
        try:
            actions.review_event(by=by, event=event, review=request.POST.get("review", "").replace("\0", ""))
        except ActionRefused as refusal:
            wrong = str(refusal)
        else:
            messages.success(request, _("Kept."))
            return see_other("vaccination:desk-events")
    shown = list(rows.select_related("dose__person__resident")[:PER_PAGE])
    queries.log_persons(by, [each.dose.person for each in shown])
    others = queries.given_with([each.dose for each in shown])
    context = {
        "rows": [(each, details_of(each.dose.person), _given(each.dose, *others[each.dose_id])) for each in shown],
        "wrong": wrong,
        "reference": reference,
        "errors": [(f"review-{reference}", wrong)] if wrong else [],
    }
    return render(request, "vaccination/events.html", context, status=422 if wrong else 200)


def _given(*doses: Dose) -> list[tuple[str, str]]:
    """Return vaccine and lot of each dose."""
    return [(vaccine_name(each.vaccine), each.lot.number if each.lot else each.lot_number) for each in doses]
