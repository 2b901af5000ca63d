"""Pages of the self-assessment: red flags, other questions, result. Answers come by POST, so that no log has them."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.core.dated_rules import rule_in_force
from kini.core.ids import parse_pk
from kini.core.localized_text import Text
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.diseases.schema import Disease
from kini.epidemic.diseases.self_assessment_schema import SelfAssessmentRules
from kini.epidemic.prevention import actions, assessment
from kini.epidemic.prevention.care_links import CareLink, care_link
from kini.epidemic.prevention.models import SelfAssessment
from kini.people.models import User
from kini.people.queries import actor_for
from kini.services.public import FieldBase, FormData, PageSnapshot, questions
from kini.web.formats import today
from kini.web.page_cache import cache_for_anonymous


@dataclass(frozen=True, slots=True)
class Input:
    """A question with its value and error."""

    field: FieldBase
    name: str
    typed: Any
    error: str


@require_safe
@cache_for_anonymous
def choose_disease(request: HttpRequest) -> HttpResponse:
    """Diseases with a self-assessment, and the visitor's own results of the last 14 days."""
    offered = [(name, disease) for name, disease in diseases().items() if rules_today(disease)]
    own = _own(request)
    return render(request, "epidemic/self_assessments.html", {"offered": offered, "own": own})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def self_assessment(request: HttpRequest, disease: str) -> HttpResponse:
    """Ask for red flags first; without any, the other questions; then show the result."""
    asked, rules = _asked(disease)
    answers: dict[str, Any] = {}
    first = assessment.red_flag_fields(asked)
    rest = assessment.question_fields(asked, rules)
    for step, fields in enumerate([fields for fields in (first, rest) if fields], 1):
        page = PageSnapshot(key="questions", heading=Text({"": ""}), fields=fields)
        sent = request.method == "POST" and parse_pk(request.POST.get("step")) >= step
        if not sent:
            return _ask(request, disease, asked, rules, page, questions.ParsedPage(), step, answers)
        parsed = questions.parse_page(
            page, FormData(request.POST, request.FILES), extra_inputs=frozenset({"step", *first, *rest})
        )
        if parsed.errors:
            return _ask(request, disease, asked, rules, page, parsed, step, answers)
        answers |= parsed.values
        if any(flag != assessment.NONE for flag in answers.get(assessment.RED_FLAGS, ())):
            break
    result = assessment.assess(asked, rules, answers)
    if isinstance(request.user, User):
        stored = actions.store_self_assessment(
            by=actor_for(request), disease=disease, rules=rules, answers=answers, result=result
        )
        return redirect("epidemic:self-assessment-result", stored.pk)
    return _show(request, disease, asked, rules, result, answers)


@never_cache
@require_safe
def stored_result(request: HttpRequest, number: int) -> HttpResponse:
    """A stored result of the visitor."""
    stored = next((each for each in _own(request) if each.pk == number), None)
    if stored is None:
        raise Http404
    disease = diseases().get(stored.disease)
    rules = (
        next((each for each in disease.self_assessment if each.since == stored.rules_since), None) if disease else None
    )
    if disease is None or rules is None or rules.version != stored.version:
        raise Http404
    result = assessment.assess(disease, rules, stored.answers)
    return _show(request, stored.disease, disease, rules, result, stored.answers, stored)


@require_POST
def delete_result(request: HttpRequest, number: int) -> HttpResponse:
    """Delete a stored result of the visitor."""
    actions.delete_self_assessment(by=actor_for(request), self_assessment=number)
    return redirect("epidemic:self-assessments")


def old_address(request: HttpRequest, service: str) -> HttpResponse:
    """Lead from the address of an earlier page, by the service that it belonged to."""
    for name, disease in diseases().items():
        if disease.care_services.self_assessment == service:
            return redirect("epidemic:self-assessment", name, permanent=True)
    raise Http404


def rules_today(disease: Disease) -> SelfAssessmentRules | None:
    """Rules of the self-assessment in force today."""
    return rule_in_force(disease.self_assessment, today())


def _asked(name: str) -> tuple[Disease, SelfAssessmentRules]:
    disease = diseases().get(name)
    rules = rules_today(disease) if disease else None
    if disease is None or rules is None:
        raise Http404
    return disease, rules


def _own(request: HttpRequest) -> list[SelfAssessment]:
    if not isinstance(request.user, User):
        return []
    return list(SelfAssessment.objects.filter(user=request.user).order_by("-at")[:20])


def _ask(
    request: HttpRequest,
    name: str,
    disease: Disease,
    rules: SelfAssessmentRules,
    page: PageSnapshot,
    parsed: questions.ParsedPage,
    step: int,
    answers: dict[str, Any],
) -> HttpResponse:
    context = {
        "disease": disease,
        "rules": rules,
        "step": step,
        "earlier": [(field, value) for field, values in answers.items() for value in values],
        "inputs": [
            Input(field, key, parsed.typed.get(key), parsed.errors.get(key, "")) for key, field in page.fields.items()
        ],
        "errors": [(page.fields[key].anchor(key), message) for key, message in parsed.errors.items()],
        "call": rules.emergency.phone,
        "signed_in": isinstance(request.user, User),
    }
    return render(request, "epidemic/self_assessment.html", context, status=422 if parsed.errors else 200)


def _show(
    request: HttpRequest,
    name: str,
    disease: Disease,
    rules: SelfAssessmentRules,
    result: assessment.AssessmentResult,
    answers: dict[str, Any],
    stored: SelfAssessment | None = None,
) -> HttpResponse:
    steps = result.level.next_steps if result.level else ("beds",)
    known = {
        "reason": "symptoms" if answers.get(assessment.SYMPTOMS, [assessment.NONE]) != [assessment.NONE] else "contact"
    }
    links: list[CareLink] = [link for step in steps if (link := care_link(disease, step, known))]
    context = {
        "name": name,
        "disease": disease,
        "rules": rules,
        "result": result,
        "chance": rules.model and round(100 * rules.model.probability(result.points)),
        "levels": _scale(rules),
        "links": links,
        "stored": stored,
        "again": reverse("epidemic:self-assessment", args=[name]),
    }
    return render(request, "epidemic/self_assessment_result.html", context)


def _scale(rules: SelfAssessmentRules) -> list[tuple[str, str]]:
    """Names of the levels with their points: "3 to 5"."""
    levels = list(rules.levels.values())
    ends = [*(level.at_least - 1 for level in levels[1:]), rules.most_points]
    return [
        (str(level.name), _("%(first)d to %(last)d points") % {"first": level.at_least, "last": end})
        for level, end in zip(levels, ends, strict=True)
    ]
