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
from kini.cases.pages import summaries, tracking
from kini.cases.pages.visiting import SeeOther, keep_key, own_case_of, personal, secret_address
from kini.cases.pages.walks import Walk, walk_of
from kini.core.actors import Refused
from kini.core.crypto import keyed_hash
from kini.people.queries import actor_for
from kini.services import questions

#: Input with the token of the shown answers.
CONFIRM = "confirm"


@personal
@require_safe
def resume(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Redirect to the first unanswered page."""
    walk = walk_of(request, draft=draft)
    if not walk.answers and walk.pages:
        return redirect(walk.question(walk.pages[0].key))
    return redirect(walk.next_missing)


type Preview = tuple[str, dict[str, Any]]


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Show all answers; POST submits them."""
    actor = actor_for(request)
    if request.method == "POST" and (case := queries.draft_for(actor, draft).case):
        return SeeOther(reverse("cases:sent", args=[case.reference]))
    walk = walk_of(request, draft=draft)
    if walk.missing:
        return redirect(walk.next_missing)
    if own := walk.kind.step(walk.draft):
        return redirect(own)
    token = _token(walk)
    preview, refusal = _preview(walk)
    if request.method != "POST" or refusal:
        return _summary(request, walk, token, preview, refusal)
    if not constant_time_compare(request.POST.get(CONFIRM, ""), token):
        changed = _("Your answers changed after you opened this page. Look at them once more, then send them.")
        return _summary(request, walk, token, preview, changed)
    case = actions.submit(by=actor, draft=walk.draft, confirm=True)
    keep_key(request, case)
    return SeeOther(reverse("cases:sent", args=[case.reference]))


def _token(walk: Walk) -> str:
    """Token of the shown answers: submission fails if another tab changed them since."""
    final = questions.final_answers(walk.resolved, walk.answers, walk.known)
    return keyed_hash(f"{walk.draft.pk} {json.dumps(final, sort_keys=True)}", "cases.check").hex()


def _preview(walk: Walk) -> tuple[Preview | None, str]:
    """Preview by the kind, or its reason why these answers cannot be submitted."""
    final = questions.final_answers(walk.resolved, walk.answers, walk.known)
    try:
        return walk.kind.preview(walk.resolved, final, walk.draft), ""
    except Refused as refusal:
        return None, str(refusal)


def _summary(
    request: HttpRequest, walk: Walk, token: str, preview: Preview | None = None, error: str = ""
) -> HttpResponse:
    context = {
        "walk": walk,
        "preview": render_to_string(*preview, request=request) if preview else "",
        "parts": summaries.parts(walk),
        "profile": list(summaries.of_profile(walk)),
        "token": token,
        "errors": [("", error)] if error else [],
        "back": walk.url("question", key=walk.pages[-1].key) if walk.pages else "",
        "total": len(walk.pages) + 1,
    }
    return render(request, "cases/check.html", context, status=422 if error else 200)


@personal
@require_POST
def discard(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Delete a draft."""
    actor = actor_for(request)
    actions.discard_draft(by=actor, draft=queries.draft_for(actor, draft))
    messages.success(request, _("The draft is deleted."))
    return SeeOther(reverse("cases:mine"))


@personal
@require_safe
def sent(request: HttpRequest, reference: str) -> HttpResponse:
    """Confirmation page: reference, next steps with dates, and how to follow the case."""
    case = own_case_of(request, reference)
    view = tracking.following(request, case)
    context = {
        "view": view,
        "case": case,
        "behalf": tracking.behalf(request, view),
        "panel": panels.drawn(request, view, "sent"),
        "papers": panels.beside(request, view, "papers"),
        "steps": tracking.ahead(view),
        "secret": secret_address(request, case),
        "receipt": case.channel == "counter" and case.submitted_by_id == request.user.pk,
    }
    return render(request, "cases/sent.html", context)
