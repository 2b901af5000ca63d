"""Page of a person who fetches their doses that were given elsewhere."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kini.core.actors import ActionRefused
from kini.people.models import Resident
from kini.people.queries import actor_for, own_profile
from kini.records.public import consent_purposes
from kini.satusehat import actions, difference_labels
from kini.satusehat.models import PullRequest
from kini.satusehat.satusehat_client import clients
from kini.vaccination.public import campaign_files, dose_queries
from kini.web.redirects import see_other


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fetch(request: HttpRequest) -> HttpResponse:
    """Ask for one's own doses at SATUSEHAT, with consent, and show what came."""
    by = actor_for(request)
    try:
        resident = own_profile(by)
    except Resident.DoesNotExist:
        raise Http404 from None
    if request.method == "POST":
        try:
            actions.request_pull(by=by, resident=resident)
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("SATUSEHAT is being asked."))
        return see_other("satusehat:fetch")
    last = PullRequest.objects.filter(person=resident.person).order_by("-asked_at").first()
    pulled = dose_queries.doses_of(resident.person).filter(source="national")
    context = {
        "purpose": consent_purposes.get(actions.PULL_CONSENT),
        "is_connected": bool(clients()),
        "last": last,
        "problems": difference_labels.sentences_of(last.problems) if last else [],
        "doses": [(each, campaign_files.vaccine_name(each.vaccine)) for each in pulled],
    }
    return render(request, "satusehat/fetch.html", context)
