"""Desk page of a site's waiting list: doses left in opened vials, who waits, who was called, who is on the way."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kini.booking.models import EXPECTED_STATES
from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.core.ids import parse_pk
from kini.people.public import details_of
from kini.people.queries import actor_for
from kini.vaccination.campaigns.campaign_files import vaccine_name
from kini.vaccination.sites import standby
from kini.vaccination.sites.models import StandbyRequest
from kini.vaccination.visits import actions, queries
from kini.vaccination.visits.desk import VACCINATE, site_for
from kini.web.redirects import see_other


@never_cache
@VACCINATE
@require_http_methods(["GET", "HEAD", "POST"])
def waiting_list_page(request: HttpRequest, site: str) -> HttpResponse:
    """Show what is left and who waits; POST calls the next people, checks one in, or passes a dose on."""
    at, by = site_for(request, site), actor_for(request)
    requests = standby.requests_of_today(at)
    if request.method == "POST":
        try:
            return _act(request, site, requests)
        except ActionRefused as refusal:
            messages.warning(request, str(refusal))
        return see_other("vaccination:desk-waiting-list", site)
    active = requests.filter(state__in=("waiting", "called", "coming")).exclude(booking__visit__outcome__gt="")
    rows = [row for row in active if row.state != "coming" or (row.booking and row.booking.state in EXPECTED_STATES)]
    queries.log_persons(by, [row.person for row in rows])
    now = current_time.now()
    late = [row.pk for row in rows if row.answer_by and row.answer_by <= now]
    named = [(row, details_of(row.person), vaccine_name(row.session.vaccine) if row.session else "") for row in rows]
    left = [standby.left_over(at, session) for session in standby.last_sessions(at)]
    context = {
        "at": at,
        "left": [(each, vaccine_name(each.session.vaccine)) for each in left],
        "to_call": any(each.left for each in left if not each.is_over and each.calls_begin <= now),
        "called": [(*each, each[0].pk in late) for each in named if each[0].state == "called"],
        "coming": [each for each in named if each[0].state == "coming"],
        "waiting": [each for each in named if each[0].state == "waiting"],
        "ended": requests.filter(state__in=("declined", "lapsed", "ended")).count(),
    }
    return render(request, "vaccination/waiting_list.html", context)


def _act(request: HttpRequest, site: str, requests: QuerySet[StandbyRequest]) -> HttpResponse:
    by, deed = actor_for(request), request.POST.get("deed", "")
    if deed == "call":
        _show_called(request, actions.call_waiting(by=by, site=site_for(request, site)))
        return see_other("vaccination:desk-waiting-list", site)
    row = requests.select_related("site").filter(pk=parse_pk(request.POST.get("request"))).first()
    if row is None:
        raise ActionRefused(_("This person is not on the list of today any more."))
    if deed == "here":
        visit = actions.check_in_called(by=by, request=row)
        return see_other("vaccination:desk-visit", site, visit.uuid)
    if deed == "pass-on":
        _show_called(request, actions.pass_on(by=by, request=row))
    return see_other("vaccination:desk-waiting-list", site)


def _show_called(request: HttpRequest, called: int) -> None:
    if called:
        sentence = ngettext("%(count)s person is called.", "%(count)s people are called.", called)
        messages.success(request, sentence % {"count": called})
    else:
        messages.info(request, _("Nobody was called: no dose is left for somebody who waits."))
