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

from kini.cases import actions, queries, rules, transition_inputs
from kini.cases.case_view import CaseView
from kini.cases.models import Case
from kini.cases.pages import forms, tracking
from kini.cases.pages.guards import guest_key, own_case_for_visitor, owner_only
from kini.people.queries import actor_for
from kini.web.redirects import SeeOther

SCORE, TEXT = "score", "text"


@dataclass(frozen=True, slots=True)
class ScoreChoice:
    """Score as a choice."""

    value: int
    label: str | Promise
    chosen: bool


@owner_only
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, reference: str) -> HttpResponse:
    """Form with five scores and a comment, also shown on the tracker."""
    case = own_case_for_visitor(request, reference)
    if request.method != "POST":
        if not queries.can_be_rated(case):
            return redirect("cases:case", reference=case.reference)
        return _form(request, case, "", "", {}, 200)
    sent = forms.read_form(request)
    score, text = sent.form.text(SCORE), sent.form.text(TEXT)
    errors = {}
    if score not in {str(each) for each in rules.SCORES}:
        errors[SCORE] = _("Choose one of the five ratings.")
    if len(text) > transition_inputs.MAX_TEXT:
        errors[TEXT] = _("Shorten this to %(number)d characters.") % {"number": transition_inputs.MAX_TEXT}
    if errors:
        return _form(request, case, score, text, errors, 422)
    key = guest_key(request, case.reference)
    actions.rate_case(by=actor_for(request), case=case, score=int(score), text=text, guest_key=key)
    messages.success(request, _("Thank you. The head of this office will read it."))
    return SeeOther(reverse("cases:case", args=[case.reference]))


def rating_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """Panel of the tracker for a decided case: the form, or the given rating."""
    if not view.theirs or view.case.outcome not in rules.RATED_OUTCOMES:
        return None
    context = {"case": view.case, "rating": queries.current_rating(view.case), "marks": score_choices()}
    return render_to_string("cases/panels/rating.html", context, request=request)


def score_choices(chosen: str = "") -> list[ScoreChoice]:
    """The five scores as choices."""
    return [ScoreChoice(score, word, str(score) == chosen) for score, word in rules.SCORES.items()]


def _form(request: HttpRequest, case: Case, score: str, text: str, errors: forms.Errors, status: int) -> HttpResponse:
    view = tracking.resident_view(request, case)
    context = {
        "view": view,
        "case": case,
        "marks": score_choices(score),
        "typed": text,
        "wrong": errors,
        "errors": [(name, errors[name]) for name in (SCORE, TEXT) if name in errors],
    }
    return render(request, "cases/rate.html", context, status=status)
