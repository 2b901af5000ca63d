"""Send a report to the Open311 server of another city, from the desk."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kini.cases.public import CasePermission, access, case_at_desk
from kini.core.actors import ActionRefused, NotAllowed
from kini.people.public import officers_only
from kini.reports import actions
from kini.reports.kind import Report
from kini.reports.open311.other_cities import other_cities
from kini.reports.open311.other_city_destination import filing_of
from kini.web.redirects import see_other


@officers_only(CasePermission.TRANSFER)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what would be sent, and send it."""
    actor, case = case_at_desk(request, reference)
    cities = {name: each for name, each in other_cities().items() if case.service_id in each.services}
    if case.kind != Report.id or case.latitude is None or not cities:
        raise Http404
    access.require_at_desk(actor, CasePermission.TRANSFER, case)
    error = ""
    if request.method == "POST":
        try:
            chosen = cities.get(request.POST.get("city", ""))
            if chosen is None:
                raise ActionRefused(_("Choose the city."))
            actions.file_elsewhere(by=actor, case=case, city=chosen)
        except NotAllowed:
            raise
        except ActionRefused as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("The report is being sent to %(city)s.") % {"city": chosen.title})
            return see_other("cases:desk-case", case.reference)
    context = {
        "case": case,
        "filing": filing_of(case),
        "cities": list(cities.values()),
        "errors": [("city", error)] if error else [],
    }
    return render(request, "reports/desk/elsewhere.html", context, status=422 if error else 200)
