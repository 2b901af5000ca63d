"""Desk page of tracers: contacts of the day by urgency, each with its form, usable without a net."""

from datetime import date
from typing import cast
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import DateField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kini.core.actors import ActionRefused, Actor
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.tracing import actions, queries
from kini.epidemic.tracing.models import Contact
from kini.epidemic.tracing.queries import WorkItem
from kini.people import actions as people_actions
from kini.people.public import officers_only, person_reads
from kini.people.queries import actor_for
from kini.records.public import require_read
from kini.web.csrf import same_origin_suffices
from kini.web.formats import today
from kini.web.offline_pages import keep_for_working_day
from kini.web.redirects import see_other

PURPOSE = "contact-tracing"
LONGEST_NOTE = 500
#: Cases to interview that are listed.
MOST_CASES = 8


@officers_only(EpidemicPermission.TRACE_CONTACTS)
@require_safe
def work_list_page(request: HttpRequest) -> HttpResponse:
    """List the contacts that need something today, the most urgent first."""
    by, day = actor_for(request), today()
    items = queries.work_list(by, day)
    log_persons(by, [item.contact for item in items])
    to_interview = queries.cases_to_interview(by, day)
    context = {
        "counts": queries.work_counts(by, day),
        "cases": to_interview[:MOST_CASES],
        "case_count": to_interview.count(),
        "due": [card(item) for item in items if item.standing.is_due],
        "seen": [card(item) for item in items if not item.standing.is_due],
        "day": day,
        "limit": queries.LONGEST_LIST,
    }
    response = render(request, "epidemic/tracing/work_list.html", context)
    keep_for_working_day(response)
    return response


def card(item: WorkItem) -> dict[str, object]:
    """Return what a contact's card and its form show."""
    disease = diseases()[item.contact.disease]
    assert disease.tracing
    return {
        "item": item,
        "disease": disease.name,
        "symptoms": [
            (name, disease.symptoms[name].name, disease.symptoms[name].red_flag)
            for name in disease.tracing.daily_symptoms
        ],
        "key": uuid4(),
    }


def log_persons(by: Actor, contacts: list[Contact]) -> None:
    """Log that an officer sees these persons, before they are shown."""
    reads = person_reads([each.person for each in contacts])
    people_actions.log_reads(by=by, what=PURPOSE, reads=reads, purpose=PURPOSE)


def find_contact(request: HttpRequest, reference: str) -> Contact:
    """Return a contact that the officer may read, with the read logged; 404 for all others."""
    by = actor_for(request)
    contact = (
        queries.visible_contacts(by)
        .select_related("person__resident", "area", "unit", "became_case")
        .filter(reference=reference)
        .first()
    )
    if contact is None:
        raise Http404
    require_read(by, contact, PURPOSE)
    return contact


@officers_only(EpidemicPermission.TRACE_CONTACTS)
@require_http_methods(["GET", "HEAD", "POST"])
@same_origin_suffices
def check(request: HttpRequest, reference: str) -> HttpResponse:
    """Record a daily check; the key of the form (`?key=`) makes a form that is sent again harmless.

    GET leads to the contact: the phone's list of what was not sent links here.
    """
    contact = find_contact(request, reference)
    if request.method != "POST":
        return redirect("epidemic:desk-contact", contact.reference)
    outcome = request.POST.get("outcome", "")
    symptoms = request.POST.getlist("symptom") if outcome != "unreached" else []
    try:
        if outcome not in ("well", "symptoms", "unreached"):
            raise ActionRefused(_("Choose how the contact is."))
        if outcome == "symptoms" and not symptoms:
            raise ActionRefused(_("Tick the symptoms, or choose that there are none."))
        stored = actions.record_check(
            by=actor_for(request),
            contact=contact,
            channel="visit" if request.POST.get("channel") == "visit" else "call",
            key=request.GET.get("key", "")[:80] or str(uuid4()),
            reached=outcome != "unreached",
            symptoms=symptoms if outcome == "symptoms" else [],
            day=_day(request),
            note=request.POST.get("note", "").replace("\0", "").strip()[:LONGEST_NOTE],
        )
    except ActionRefused as refusal:
        return render(request, "epidemic/tracing/refused.html", {"contact": contact, "wrong": str(refusal)}, status=422)
    if stored.after_end:
        messages.warning(request, _("Kept. The follow-up of this contact had ended before."))
    elif stored.red_flag:
        messages.warning(request, _("Kept. This needs help at once: see what to do on the contact's page."))
        return see_other("epidemic:desk-contact", contact.reference)
    else:
        messages.success(request, _("Kept."))
    return see_other("epidemic:desk-tracing")


def _day(request: HttpRequest) -> date | None:
    try:
        return cast(date | None, DateField().clean(request.POST.get("day", "")))
    except ValidationError:
        raise ActionRefused(_("Give the day as on the form.")) from None
