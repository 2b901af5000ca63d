"""Rating by the resident once the case was decided."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kini.cases import actions, inputs, queries, rules
from kini.cases.models import Case
from kini.cases.pages import forms, tracking
from kini.cases.pages.visiting import SeeOther, guest_key, own_case_of, personal
from kini.cases.showing import CaseView
from kini.people.queries import actor_for

SCORE, TEXT = "score", "text"


@dataclass(frozen=True, slots=True)
class Mark:
    """Score as a choice."""

    value: int
    label: str | Promise
    chosen: bool


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, reference: str) -> HttpResponse:
    """Form with five scores and a comment, also shown on the tracker."""
    case = own_case_of(request, reference)
    if request.method != "POST":
        if not queries.can_be_rated(case):
            return redirect("cases:case", reference=case.reference)
        return _form(request, case, "", "", {}, 200)
    sent = forms.read(request)
    score, text = sent.form.text(SCORE), sent.form.text(TEXT)
    errors = {}
    if score not in {str(each) for each in rules.SCORES}:
        errors[SCORE] = _("Choose one of the five marks.")
    if len(text) > inputs.LONGEST_TEXT:
        errors[TEXT] = _("Shorten this to %(number)d characters.") % {"number": inputs.LONGEST_TEXT}
    if errors:
        return _form(request, case, score, text, errors, 422)
    key = guest_key(request, case.reference)
    actions.rate(by=actor_for(request), case=case, score=int(score), text=text, guest_key=key)
    messages.success(request, _("Thank you. The head of this office will read it."))
    return SeeOther(reverse("cases:case", args=[case.reference]))


def panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """Panel of the tracker for a decided case: the form, or the given rating."""
    if not view.theirs or view.case.outcome not in rules.RATED_OUTCOMES:
        return None
    context = {"case": view.case, "rating": queries.rating_of(view.case), "marks": marks()}
    return render_to_string("cases/panels/rating.html", context, request=request)


def marks(chosen: str = "") -> list[Mark]:
    """The five scores as choices."""
    return [Mark(score, word, str(score) == chosen) for score, word in rules.SCORES.items()]


def _form(request: HttpRequest, case: Case, score: str, text: str, errors: forms.Errors, status: int) -> HttpResponse:
    view = tracking.following(request, case)
    context = {
        "view": view,
        "case": case,
        "marks": marks(score),
        "typed": text,
        "wrong": errors,
        "errors": [(name, errors[name]) for name in (SCORE, TEXT) if name in errors],
    }
    return render(request, "cases/rate.html", context, status=status)
