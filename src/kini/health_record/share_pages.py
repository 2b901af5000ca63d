"""Showing a record for an hour: choosing the parts, the code, ending it; and what a reader with the code sees.

The code is in the fragment of the link, which no server sees, or is typed. It comes by POST, so that no log has it, and
the answer is stored nowhere.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.core import attempt_limits
from kini.core.actors import ActionRefused, system
from kini.core.attempt_limits import Limit
from kini.core.client_address import client_network
from kini.health_record import actions, queries
from kini.health_record.models import Share
from kini.health_record.pages import represented
from kini.people.public import access_entries, resident_for
from kini.people.queries import actor_for
from kini.web.qr import qr
from kini.web.redirects import see_other

BY = system("health record by code")
#: Wrong codes from one network: of a hospital, whose doctors share it.
TRIES = Limit("health_record.codes", 20, 3600)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, resident: int) -> HttpResponse:
    """Choose the parts to show; POST begins to show them."""
    whose = represented(resident_for(request), resident)
    chosen, wrong = request.POST.getlist("sections"), ""
    if request.method == "POST":
        try:
            made = actions.share_record(by=actor_for(request), resident=whose, sections=chosen)
        except ActionRefused as refusal:
            wrong = str(refusal)
        else:
            return see_other("health_record:shared", made.reference)
    offered = queries.shareable_sections().items()
    context = {
        "whose": whose,
        "offered": [(name, each, name in chosen or request.method != "POST") for name, each in offered],
        "wrong": wrong,
        "errors": [("sections", wrong)] if wrong else [],
    }
    return render(request, "health_record/share.html", context, status=422 if wrong else 200)


@never_cache
@login_required
@require_safe
def shared(request: HttpRequest, reference: str) -> HttpResponse:
    """Show code, link and openings of a share to who made it."""
    made = _own(request, reference)
    is_open = queries.is_open(made)
    link = f"{request.build_absolute_uri(reverse('health_record:open'))}#{made.code}" if is_open else ""
    offered = queries.shareable_sections()
    context = {
        "share": made,
        "is_open": is_open,
        "link": link,
        "qr": qr(link) if link else "",
        "typed_at": request.build_absolute_uri(reverse("health_record:open")).partition("://")[2],
        "parts": [str(offered[name].label) for name in made.sections if name in offered],
        "entries": access_entries.access_entries(queries.openings_of(made)),
    }
    return render(request, "health_record/shared.html", context)


@login_required
@require_POST
def revoke(request: HttpRequest, reference: str) -> HttpResponse:
    """End a share at once."""
    made = _own(request, reference)
    actions.revoke_share(by=actor_for(request), share=made)
    messages.success(request, _("Ended. Nobody can open the record with this code any more."))
    return see_other("health_record:shared", made.reference)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def open_record(request: HttpRequest) -> HttpResponse:
    """Ask for code and name; POST shows the record that the person chose to show."""
    typed = {name: request.POST.get(name, "").replace("\0", "")[:160] for name in ("code", "reader")}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        if not typed["reader"].strip():
            wrong["reader"] = _("Write your name and where you work, so that the person can see who read this.")
        else:
            try:
                attempt_limits.require_left(TRIES, client_network(request))
                made = actions.open_share(by=BY, code=typed["code"], reader=typed["reader"])
            except ActionRefused as refusal:
                attempt_limits.try_consume(TRIES, client_network(request))
                wrong["code"] = str(refusal)
            else:
                return _show(request, made)
    context = {"typed": typed, "wrong": wrong, "errors": list(wrong.items())}
    return render(request, "health_record/open.html", context, status=422 if wrong else 200)


def _show(request: HttpRequest, made: Share) -> HttpResponse:
    names = [name for name in made.sections if name in queries.shareable_sections()]
    context = {
        "share": made,
        "whose": made.resident,
        "sections": queries.filled_sections(queries.subject_of(made.resident, None), names),
    }
    return render(request, "health_record/opened.html", context)


def _own(request: HttpRequest, reference: str) -> Share:
    made = queries.shares_of(request.user.pk).filter(reference=reference).first()
    if made is None:
        raise Http404
    return made
