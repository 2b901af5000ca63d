"""Page on which somebody tells how they are after a dose, by the code of the message. It names nobody."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kini.core import attempt_limits, references
from kini.core.actors import ActionRefused, system
from kini.core.attempt_limits import Limit
from kini.core.client_address import client_network
from kini.vaccination.visits import actions
from kini.vaccination.visits.models import FollowUp

BY = system("vaccination.visits")
#: Wrong codes from one network.
CODES = Limit("vaccination.follow-up", count=60, seconds=3600)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up(request: HttpRequest, code: str) -> HttpResponse:
    """Ask how somebody is after a dose; POST records it. 404 for a code that is not in use."""
    attempt_limits.require_left(CODES, client_network(request))
    parsed = references.parse_code(code)
    asked = FollowUp.objects.select_related("dose__site").filter(code=parsed).first() if parsed else None
    if asked is None or asked.dose.state != "given":
        attempt_limits.try_consume(CODES, client_network(request))
        raise Http404
    wrong = ""
    if request.method == "POST":
        try:
            words = request.POST.get("words", "").replace("\0", "")
            feeling = request.POST.get("feeling", "")
            asked = actions.answer_follow_up(by=BY, follow_up=asked, feeling=feeling, words=words)
        except ActionRefused as refusal:
            wrong = str(refusal)
    context = {"asked": asked, "dose": asked.dose, "wrong": wrong, "errors": [("feeling", wrong)] if wrong else []}
    return render(request, "vaccination/follow_up.html", context, status=422 if wrong else 200)
