"""Page on which a contact answers the daily question, by the code of the message. It names neither person nor case."""

from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kini.core import attempt_limits, references
from kini.core.actors import ActionRefused, system
from kini.core.attempt_limits import Limit
from kini.core.client_address import client_network
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.tracing import actions
from kini.epidemic.tracing.models import Contact, DailyCheck, FollowUp
from kini.web.formats import today

BY = system("epidemic.tracing")
#: Wrong codes from one network.
CODES = Limit("epidemic.daily-check", count=60, seconds=3600)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def daily_check(request: HttpRequest, code: str) -> HttpResponse:
    """Ask how the contact is today; POST records it. 404 for a code that is not in use."""
    attempt_limits.require_left(CODES, client_network(request))
    contact = _contact(code)
    if contact is None:
        attempt_limits.try_consume(CODES, client_network(request))
        raise Http404
    disease = disease_of(contact.disease)
    if disease.tracing is None:
        raise Http404
    wrong, check = "", None
    if request.method == "POST":
        well, symptoms = request.POST.get("answer") == "well", request.POST.getlist("symptom")
        try:
            if not well and not symptoms:
                raise ActionRefused(_("Tick your symptoms, or choose that you have none."))
            check = actions.record_check(
                by=BY,
                contact=contact,
                channel="page",
                key=request.POST.get("key", "")[:60] or str(uuid4()),
                symptoms=[] if well else symptoms,
            )
        except ActionRefused as refusal:
            wrong = str(refusal)
    context = {
        "contact": contact,
        "check": check,
        "answered": DailyCheck.objects.filter(contact=contact, day=today(), reached=True).exists(),
        "symptoms": [(name, disease.symptoms[name].name) for name in disease.tracing.daily_symptoms],
        "key": uuid4(),
        "wrong": wrong,
        "errors": [("symptoms", wrong)] if wrong else [],
    }
    return render(request, "epidemic/tracing/daily_check.html", context, status=422 if wrong else 200)


def _contact(typed: str) -> Contact | None:
    code = references.parse_code(typed)
    return Contact.objects.filter(answer_code=code, follow_up=FollowUp.UNDER).first() if code else None
