"""Residents' pages to register: campaigns, for whom, whether and when and why, and the form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.core.actors import ActionRefused
from kini.people.models import Person, User
from kini.people.public import details_of
from kini.people.queries import actor_for
from kini.services.public import FieldBase, FormData, PageSnapshot, questions
from kini.vaccination.campaigns.campaign_files import campaign_of, campaigns, vaccine_name
from kini.vaccination.campaigns.eligibility import Eligibility
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.doses.queries import doses_of
from kini.vaccination.registrations import actions, doses_together, forms, queries, together_actions
from kini.vaccination.registrations.actions import Wish
from kini.vaccination.registrations.doses_elsewhere import ElsewhereNote, notes_on
from kini.vaccination.registrations.models import Registration
from kini.vaccination.registrations.queries import NOTHING_STATED
from kini.web.formats import today
from kini.web.redirects import see_other


@dataclass(frozen=True, slots=True)
class Input:
    """A question with its value and error."""

    field: FieldBase
    name: str
    typed: Any
    error: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the household with what the rules say, and the active registration if there is one."""

    person: Person
    name: str
    eligibility: Eligibility
    registration: Registration | None
    notes: list[ElsewhereNote]


@never_cache
@login_required
@require_safe
def choose_campaign(request: HttpRequest) -> HttpResponse:
    """List campaigns and the registrations of one's own."""
    own = queries.own_registrations(_user(request))
    context = {"campaigns": campaigns(), "own": [(each, details_of(each.person).name) for each in own[:50]]}
    return render(request, "vaccination/registrations/campaigns.html", context)


@never_cache
@login_required
@require_safe
def choose_person(request: HttpRequest, campaign: str) -> HttpResponse:
    """Ask for whom; each of the household with whether and when."""
    known, user = _campaign(campaign), _user(request)
    active = {each.person_id: each for each in queries.own_registrations(user).filter(campaign=campaign, ended_at=None)}
    people = [
        Candidate(
            member.person,
            member.name or _("You"),
            queries.eligibility_of(member.person, known, today()),
            active.get(member.person_id),
            notes_on(member.person),
        )
        for member in queries.household(user)
    ]
    shown = {each.person.pk for each in people}
    others = [(each, details_of(each.person).name) for pk, each in active.items() if pk not in shown]
    context = {"campaign": known, "name": campaign, "people": people, "others": others}
    return render(request, "vaccination/registrations/people.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, campaign: str, person: int) -> HttpResponse:
    """Say whether, when, which and why; ask what the record does not say; register."""
    known, by = _campaign(campaign), actor_for(request)
    member = next((each for each in queries.household(_user(request)) if each.person_id == person), None)
    if member is None:
        raise Http404
    has_doses = any(known.series_of(dose.vaccine) for dose in doses_of(member.person))
    fields = forms.person_fields(member.person, known, has_doses=has_doses)
    parsed, error = _parsed(request, fields), ""
    statements = NOTHING_STATED
    if parsed and not parsed.errors:
        try:
            statements = forms.statements(parsed.values, asks_birth="born" in fields, asks_area=False)
            wish = Wish(campaign, statements, request.POST.get("series", "") if _multiple(known) else "")
            series = doses_together.chosen(request.POST)
            if series:
                registration = together_actions.register_together(by=by, person=member.person, wish=wish, series=series)
            else:
                registration = actions.register(by=by, person=member.person, wish=wish)
            return see_other("vaccination:registration", registration.reference)
        except ActionRefused as refusal:
            error = str(refusal)
    eligibility = queries.eligibility_of(member.person, known, today(), statements)
    context = _form(known, campaign, fields, parsed, error) | {
        "person": member.name or _("You"),
        "eligibility": eligibility,
        "rules": eligibility.reasons,
        "notes": notes_on(member.person),
        "options": [vaccine_name(option.vaccine) for option in eligibility.options],
        "beside": doses_together.beside(member.person, known, eligibility, statements, request.POST or None),
    }
    status = 422 if error or (parsed and parsed.errors) else 200
    return render(request, "vaccination/registrations/person.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def other(request: HttpRequest, campaign: str) -> HttpResponse:
    """Register somebody who is not of the household: a grandmother, a neighbour without a phone."""
    known = _campaign(campaign)
    fields = forms.other_fields(known)
    parsed, error = _parsed(request, fields), ""
    if parsed and not parsed.errors:
        try:
            details = forms.other_details(parsed.values)
            statements = forms.statements(parsed.values, asks_birth=False, asks_area=True)
            registration = actions.register_other(
                by=actor_for(request), registrar=_user(request), details=details, wish=Wish(campaign, statements)
            )
            return see_other("vaccination:registration", registration.reference)
        except ActionRefused as refusal:
            error = str(refusal)
    status = 422 if error or (parsed and parsed.errors) else 200
    context = _form(known, campaign, fields, parsed, error)
    return render(request, "vaccination/registrations/other.html", context, status=status)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _campaign(name: str) -> Campaign:
    try:
        return campaign_of(name)
    except LookupError:
        raise Http404 from None


def _multiple(campaign: Campaign) -> bool:
    return len(campaign.series) > 1


def _parsed(request: HttpRequest, fields: Mapping[str, FieldBase]) -> questions.ParsedPage | None:
    if request.method != "POST":
        return None
    if not fields:  # the record says all that is needed
        return questions.ParsedPage()
    page = PageSnapshot(key="questions", heading=forms.text(""), fields=dict(fields))
    return questions.parse_page(
        page, FormData(request.POST, request.FILES), extra_inputs=frozenset({"series", doses_together.INPUT})
    )


def _form(
    campaign: Campaign,
    name: str,
    fields: Mapping[str, FieldBase],
    parsed: questions.ParsedPage | None,
    error: str,
) -> dict[str, Any]:
    typed, wrong = (parsed.typed, parsed.errors) if parsed else ({}, {})
    errors = [(fields[key].anchor(key), message) for key, message in wrong.items()]
    if error:
        first = next(iter(fields), "")
        errors = [(fields[first].anchor(first) if first else "", error)]
    inputs = [Input(field, key, typed.get(key), wrong.get(key, "")) for key, field in fields.items()]
    return {"campaign": campaign, "name": name, "inputs": inputs, "errors": errors}
