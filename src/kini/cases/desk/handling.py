"""Forms beside the case that say who handles it: assign, transfer, note."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kini.cases import actions
from kini.cases.desk import queue_address
from kini.cases.desk.case_page import render_case_page
from kini.cases.desk.guards import back_to_case, case_at_desk
from kini.cases.desk.queue_address import clean_query_text
from kini.cases.models import Case
from kini.cases.pages.forms import posted_text
from kini.cases.permissions import CasePermission
from kini.city.models import Agency
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.ids import parse_pk
from kini.people.models import Officer
from kini.people.public import officers_only
from kini.people.queries import officer_of
from kini.web.redirects import see_other


def attempt(
    request: HttpRequest, actor: Actor, case: Case, action: Callable[[], Any], anchor: str, *names: str
) -> HttpResponse | None:
    """Run the action; on refusal render the page with the error and everything typed."""
    try:
        action()
    except NotAllowed:
        raise
    except ActionRefused as refusal:
        typed = {name: posted_text(request, name) for name in names}
        return render_case_page(request, actor, case, errors=[(anchor, str(refusal))], typed=typed)
    return None


@officers_only(CasePermission.SEE_CASES)
@require_POST
def assign(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the case, assign it to a colleague (`officer`: id), or to nobody ("none")."""
    actor, case = case_at_desk(request, reference)
    choice = clean_query_text(request.POST.get("officer", ""))

    def deed() -> None:
        officer = _officer(actor, choice)
        actions.assign(by=actor, case=case, officer=officer)
        if officer is None:
            messages.success(request, _("The case is now assigned to nobody."))
        else:
            messages.success(request, _("The case is now assigned to %(name)s.") % {"name": officer.name})

    return attempt(request, actor, case, deed, "officer", "officer") or back_to_case(request, case.reference)


def _officer(actor: Actor, choice: str) -> Officer | None:
    if choice == "none":
        return None
    if choice == "me":
        return officer_of(actor)
    officer = Officer.objects.filter(pk=parse_pk(choice), active=True).first()
    if officer is None:
        raise ActionRefused(_("Choose somebody from the list."))
    return officer


@officers_only(CasePermission.SEE_CASES)
@require_POST
def transfer(request: HttpRequest, reference: str) -> HttpResponse:
    """Transfer the case to another agency, usually out of the officer's sight."""
    actor, case = case_at_desk(request, reference)
    reason = posted_text(request, "transfer_reason")

    def deed() -> None:
        agency = Agency.objects.filter(pk=clean_query_text(request.POST.get("agency", "")), active=True).first()
        if agency is None:
            raise ActionRefused(_("Choose the agency that should continue with it."))
        actions.transfer(by=actor, case=case, agency=agency, reason=reason)
        words = _("%(reference)s is with %(agency)s now.")
        messages.success(request, words % {"reference": case.reference, "agency": agency.title})

    anchor = "agency" if reason else "transfer_reason"
    queue = queue_address.queue_url(queue_address.origin_queue(request))
    return attempt(request, actor, case, deed, anchor, "agency", "transfer_reason") or see_other(queue)


@officers_only(CasePermission.SEE_CASES)
@require_POST
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Add an internal note; a colleague selected in `mention` (name) is mentioned at its end."""
    actor, case = case_at_desk(request, reference)
    text, mention = posted_text(request, "text"), clean_query_text(request.POST.get("mention", ""))
    if text and mention and f"@{mention}" not in text:
        text = f"{text} @{mention}"

    def deed() -> None:
        actions.add_note(by=actor, case=case, text=text)
        messages.success(request, _("The note has been saved."))

    return attempt(request, actor, case, deed, "text", "text", "mention") or back_to_case(request, case.reference)
