"""Resume an application; check and submit it."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.cases import actions, panels, queries
from kini.cases.pages import answer_summary, profile_offer, tracking
from kini.cases.pages.guards import own_case_for_visitor, owner_only, remember_guest_key, secret_link
from kini.cases.pages.wizard import ApplicationWizard, wizard_for
from kini.core.actors import ActionRefused
from kini.core.crypto import keyed_hash
from kini.people.queries import actor_for
from kini.services.public import emergency_number, questions
from kini.web.redirects import SeeOther

#: Input with the token of the shown answers.
CONFIRM = "confirm"


@owner_only
@require_safe
def resume(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Redirect to the first unanswered page."""
    wizard = wizard_for(request, draft=draft)
    if not wizard.answers and wizard.pages:
        return redirect(wizard.question(wizard.pages[0].key))
    return redirect(wizard.next_missing)


type Preview = tuple[str, dict[str, Any]]


@owner_only
@require_http_methods(["GET", "HEAD", "POST"])
def check_answers(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Show all answers; POST submits them."""
    actor = actor_for(request)
    if request.method == "POST" and (case := queries.draft_for(actor, draft).case):
        return SeeOther(reverse("cases:sent", args=[case.reference]))
    wizard = wizard_for(request, draft=draft)
    if wizard.missing:
        return redirect(wizard.next_missing)
    if own := wizard.kind.extra_page_url(wizard.draft):
        return redirect(own)
    token = _token(wizard)
    preview, refusal = _preview(wizard)
    if request.method != "POST" or refusal:
        return _summary(request, wizard, token, preview, refusal)
    if not constant_time_compare(request.POST.get(CONFIRM, ""), token):
        changed = _("Your answers changed after you opened this page. Look at them once more, then send them.")
        return _summary(request, wizard, token, preview, changed)
    response = send(request, wizard)
    if request.POST.get(profile_offer.REMEMBER):
        profile_offer.keep_answers(request, wizard)
    return response


def send(request: HttpRequest, wizard: ApplicationWizard) -> HttpResponse:
    """Submit a complete draft, and go to its confirmation."""
    case = actions.submit(by=wizard.actor, draft=wizard.draft, confirm=True)
    remember_guest_key(request, case)
    return SeeOther(reverse("cases:sent", args=[case.reference]))


def _token(wizard: ApplicationWizard) -> str:
    """Token of the shown answers: submission fails if another tab changed them since."""
    final = questions.final_answers(wizard.snapshot, wizard.answers, wizard.known)
    return keyed_hash(f"{wizard.draft.pk} {json.dumps(final, sort_keys=True)}", "cases.check").hex()


def _preview(wizard: ApplicationWizard) -> tuple[Preview | None, str]:
    """Preview by the kind, or its reason why these answers cannot be submitted."""
    final = questions.final_answers(wizard.snapshot, wizard.answers, wizard.known)
    try:
        return wizard.kind.preview(wizard.snapshot, final, wizard.draft), ""
    except ActionRefused as refusal:
        return None, str(refusal)


def _summary(
    request: HttpRequest, wizard: ApplicationWizard, token: str, preview: Preview | None = None, error: str = ""
) -> HttpResponse:
    context = {
        "walk": wizard,
        "preview": render_to_string(*preview, request=request) if preview else "",
        "parts": answer_summary.summary_sections(wizard),
        "profile": list(answer_summary.profile_rows(wizard)),
        "keeps": profile_offer.offered_labels(wizard),
        "token": token,
        "errors": [("", error)] if error else [],
        "back": wizard.url("question", key=wizard.pages[-1].key) if wizard.pages else "",
        "total": len(wizard.pages) + 1,
    }
    return render(request, "cases/check.html", context, status=422 if error else 200)


@owner_only
@require_POST
def discard(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Delete a draft."""
    actor = actor_for(request)
    actions.discard_draft(by=actor, draft=queries.draft_for(actor, draft))
    messages.success(request, _("The draft is deleted."))
    return SeeOther(reverse("cases:mine"))


@owner_only
@require_safe
def submitted(request: HttpRequest, reference: str) -> HttpResponse:
    """Confirmation page: reference, next steps with dates, and how to follow the case."""
    case = own_case_for_visitor(request, reference)
    view = tracking.resident_view(request, case)
    context = {
        "view": view,
        "case": case,
        "behalf": tracking.behalf(request, view),
        "panel": panels.render_panels(request, view, "sent"),
        "call": emergency_number(view.snapshot),
        "papers": panels.render_room_panels(request, view, "papers"),
        "steps": tracking.steps_ahead(view),
        "secret": secret_link(request, case),
        "receipt": case.channel == "counter" and case.submitted_by_id == request.user.pk,
    }
    return render(request, "cases/sent.html", context)
