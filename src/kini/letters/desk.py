"""Officers' pages to withdraw or replace a letter, each with a reason."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kini.cases.models import Case
from kini.cases.public import case_at_desk, posted_text
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.documents import actions as document_actions
from kini.letters import actions
from kini.letters.document_type import LetterType
from kini.letters.models import Letter
from kini.letters.permissions import LetterPermission
from kini.people.public import officers_only
from kini.web.redirects import see_other


def _letter(request: HttpRequest, reference: str, pk: UUID) -> tuple[Actor, Case, Letter]:
    actor, case = case_at_desk(request, reference)
    letter = case.letters.select_related("case", "signed_document").filter(pk=pk).first()
    if letter is None:
        raise Http404
    return actor, case, letter


@officers_only(LetterPermission.MANAGE_LETTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, reference: str, letter: UUID) -> HttpResponse:
    """Withdraw a letter (`cause`, `note`)."""
    actor, case, current = _letter(request, reference, letter)
    if request.method != "POST":
        return _page(request, case, current)
    cause, note = request.POST.get("cause", ""), posted_text(request, "note")
    try:
        document_actions.withdraw_document(by=actor, document=current.signed_document, cause=cause, note=note)
    except NotAllowed:
        raise
    except ActionRefused as refusal:
        return _page(request, case, current, typed={"cause": cause, "note": note}, errors=[("cause", str(refusal))])
    messages.success(request, _("The letter was withdrawn. The resident is notified."))
    return see_other("cases:desk-case", case.reference)


@officers_only(LetterPermission.MANAGE_LETTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: HttpRequest, reference: str, letter: UUID) -> HttpResponse:
    """Replace a letter (`note`)."""
    actor, case, current = _letter(request, reference, letter)
    if request.method != "POST":
        return _page(request, case, current, replacing=True)
    note = posted_text(request, "note")
    try:
        actions.replace_letter(by=actor, letter=current, note=note)
    except NotAllowed:
        raise
    except ActionRefused as refusal:
        return _page(request, case, current, typed={"note": note}, errors=[("note", str(refusal))], replacing=True)
    messages.success(request, _("The letter was replaced by a newer one. The resident is notified."))
    return see_other("cases:desk-case", case.reference)


def _page(
    request: HttpRequest,
    case: Case,
    letter: Letter,
    *,
    typed: dict[str, str] | None = None,
    errors: list[tuple[str, str]] | None = None,
    replacing: bool = False,
) -> HttpResponse:
    context: dict[str, Any] = {
        "case": case,
        "letter": letter,
        "document": letter.signed_document,
        "typed": typed or {},
        "errors": errors or [],
        "wrong": dict(errors or []),
        "causes": list(LetterType.causes.items()),
        "replacing": replacing,
    }
    return render(request, "letters/desk_end.html", context, status=422 if errors else 200)
