"""Desk page of one visit: compare, screen, give the dose, observe; what happened after it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import ValidationError

from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.core.ids import parse_pk
from kini.people.queries import actor_for
from kini.vaccination.campaigns.campaign_files import campaign_of, vaccine_name
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.campaigns.screening import questions_for
from kini.vaccination.campaigns.screening_schema import Question
from kini.vaccination.campaigns.subject import Subject
from kini.vaccination.doses import queries as dose_queries
from kini.vaccination.visits import actions, dose_choices, queries, safety_checks
from kini.vaccination.visits.desk import VACCINATE, visit_for
from kini.vaccination.visits.entries import EventEntry, VisitEntry
from kini.vaccination.visits.models import AdverseEvent, Visit
from kini.vaccination.visits.refusals import CONTRAINDICATED, VisitRefused
from kini.web.formats import today
from kini.web.redirects import see_other


@VACCINATE
@require_http_methods(["GET", "HEAD", "POST"])
def visit_page(request: HttpRequest, site: str, uuid: UUID) -> HttpResponse:
    """Show a visit with the form of its next step; POST records the dose, or that there was none."""
    visit, by, wrong, code = visit_for(request, site, uuid), actor_for(request), "", ""
    queries.log_persons(by, [visit.person])
    if request.method == "POST" and not visit.outcome:
        try:
            visit = actions.record_doses(by=by, site=visit.site, entries=_entries(request, visit))
        except VisitRefused as refusal:
            wrong, code = str(refusal), refusal.code
        except ActionRefused as refusal:
            wrong = str(refusal)
        else:
            if visit.outcome == "given":
                count = visit.parts.filter(outcome="given").count() + 1
                recorded = ngettext("%(count)d dose is recorded.", "%(count)d doses are recorded.", count)
                messages.success(request, recorded % {"count": count})
                return see_other("vaccination:desk-visit", site, uuid)
            messages.success(request, _("Kept: no dose was given."))
            return see_other("vaccination:desk-day", site)
    context = {
        "visit": visit,
        "at": visit.site,
        "person": queries.details_at(visit.person, visit.booking),
        "wrong": wrong,
    }
    context |= {"may_go_on": bool(wrong) and code != CONTRAINDICATED, "now": current_time.now()}
    context |= {"errors": [("visit-form", wrong)] if wrong else []}
    context |= {"doses": [(each, vaccine_name(each.vaccine)) for each in dose_queries.doses_of(visit.person)]}
    context |= {"recorded": _recorded(visit)}
    if not visit.outcome:
        context |= _form(visit, request.POST)
    else:
        context |= {
            "events": AdverseEvent.objects.filter(dose__visit__in=_visits(visit)).order_by("began_at"),
            "key": uuid4(),
        }
    return render(request, "vaccination/visit.html", context, status=422 if wrong else 200)


@VACCINATE
@require_POST
def end(request: HttpRequest, site: str, uuid: UUID) -> HttpResponse:
    """Record that somebody went."""
    actions.end_visit(by=actor_for(request), visit=visit_for(request, site, uuid))
    return see_other("vaccination:desk-day", site)


@VACCINATE
@require_POST
def event(request: HttpRequest, site: str, uuid: UUID) -> HttpResponse:
    """Record what happened after the dose."""
    visit, typed = visit_for(request, site, uuid), request.POST
    try:
        entry = EventEntry.model_validate(
            {
                "kind": "event",
                "uuid": typed.get("key", ""),
                "visit": next(
                    (each.uuid for each in _visits(visit) if str(each.uuid) == typed.get("dose")), visit.uuid
                ),
                "severity": typed.get("severity", ""),
                "signs": typed.get("signs", "").replace("\0", "").strip(),
                "measures": typed.get("measures", "").replace("\0", "").strip(),
                "referred_to": typed.get("referred_to", "").replace("\0", "").strip(),
                "at": current_time.now(),
            }
        )
        actions.record_event(by=actor_for(request), site=visit.site, entry=entry)
    except ValidationError:
        messages.warning(request, _("Choose how severe it is, and write what happened."))
    except ActionRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("Recorded. A serious event goes to the health agency at once."))
    return see_other("vaccination:desk-visit", site, uuid)


def _visits(visit: Visit) -> list[Visit]:
    """Return a visit with its parts: each has a dose."""
    return [visit, *visit.parts.select_related("dose__lot").order_by("pk")]


def _recorded(visit: Visit) -> list[tuple[Visit, str]]:
    """Return each dose of a visit, given or not, with its vaccine."""
    return [(each, vaccine_name(each.dose.vaccine)) for each in _visits(visit) if each.dose]


def _entries(request: HttpRequest, visit: Visit) -> list[VisitEntry]:
    """Return the entries of the form: one, or one for each dose."""
    whole, choices = _entry(request, visit), dose_choices.choices_of(visit, request.POST)
    return dose_choices.entries_of(visit, choices, whole) if choices else [whole]


def _entry(request: HttpRequest, visit: Visit) -> VisitEntry:
    """Entry of the form; raises ActionRefused for what no form of ours sends."""
    typed = request.POST
    questions = questions_for(campaign_of(visit.campaign), _subject(visit), today())
    vaccine, _slash, lot = typed.get("lot", "").partition("/")
    given = typed.get("outcome") == "given"
    try:
        return VisitEntry(
            uuid=visit.uuid,
            campaign=visit.campaign,
            identity=typed.get("identity", ""),
            identity_reason=typed.get("identity_reason", "").replace("\0", "").strip()[:240],
            answers=_answers(questions, typed, required=given),
            outcome="given" if given else "not-done",
            vaccine=vaccine,
            lot=parse_pk(lot) or None,
            despite=typed.get("despite", "").replace("\0", "").strip()[:240],
            reason=typed.get("reason", "").replace("\0", "").strip()[:240],
            at=current_time.now(),
            reacted_before=typed.get("reacted_before") == "1",
        )
    except ValidationError:
        raise ActionRefused(_("Compare name and birth date with the card before the injection.")) from None


def _subject(visit: Visit) -> Subject:
    return safety_checks.subject_of(campaign_of(visit.campaign), visit.person, queries.registration_of(visit.booking))


def _answers(
    questions: Mapping[str, Question], typed: Mapping[str, str], *, required: bool
) -> dict[str, bool | float] | None:
    """Answers as typed; None if not all were given and none are needed."""
    answers: dict[str, bool | float] = {}
    for name, question in questions.items():
        value = typed.get(f"answer-{name}", "").strip().replace(",", ".")
        if question.kind == "yes-no" and value in ("yes", "no"):
            answers[name] = value == "yes"
        elif question.kind == "number" and _is_number(value):
            answers[name] = float(value)
    if len(answers) < len(questions) and required:
        raise VisitRefused("screening", _("Ask all questions of the screening first."))
    return answers if len(answers) == len(questions) else None


def _is_number(text: str) -> bool:
    return len(text) <= 6 and text.replace(".", "", 1).isdecimal() and text.isascii()


def _form(visit: Visit, typed: Mapping[str, str]) -> dict[str, Any]:
    """Contents of the form of a dose: eligibility with its reasons, questions, lots."""
    campaign = campaign_of(visit.campaign)
    eligible = safety_checks.eligibility_of(campaign, visit.person, queries.registration_of(visit.booking), today())
    options = [each.vaccine for each in eligible.options] if eligible.may else []
    return {
        "campaign": campaign.name,
        "eligible": eligible,
        "questions": questions_of(campaign, visit, typed),
        "lots": lots_of(visit, campaign, options),
        "choices": dose_choices.choices_of(visit, typed),
        "typed": typed,
    }


def questions_of(campaign: Campaign, visit: Visit, typed: Mapping[str, str]) -> list[tuple[str, Question, str]]:
    """Return the questions for a person with what was typed."""
    questions = questions_for(campaign, _subject(visit), today())
    return [(name, each, typed.get(f"answer-{name}", "")) for name, each in questions.items()]


def lots_of(visit: Visit, campaign: Campaign, options: list[str]) -> list[dict[str, object]]:
    """Return the lots at the site: of vaccines that are due, or of the whole campaign where none is."""
    known = options or [each for series in campaign.series.values() for each in series.vaccines]
    return [
        {"lot": each.lot, "opened": each.opened, "name": vaccine_name(each.lot.vaccine)}
        for each in queries.usable_lots(visit.site, today(), known)
    ]
