"""Desk page of a contact: exposures, follow-up, daily checks, and how the follow-up ends."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kini.core.actors import ActionRefused
from kini.core.typed_values import parse_number
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.tracing import actions, queries
from kini.epidemic.tracing.models import Contact, ContactStatus, FollowUp
from kini.epidemic.tracing.personal_data import FOLLOW_UP_LABELS, STATUS_LABELS
from kini.epidemic.tracing.rules import Risk
from kini.epidemic.tracing.work_list_desk import find_contact
from kini.people.public import details_of, officers_only
from kini.people.queries import actor_for
from kini.web.formats import today
from kini.web.redirects import see_other


@officers_only(EpidemicPermission.TRACE_CONTACTS)
@require_safe
def contact_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a contact."""
    return _page(request, find_contact(request, reference))


@officers_only(EpidemicPermission.TRACE_CONTACTS)
@require_POST
def end(request: HttpRequest, reference: str) -> HttpResponse:
    """Handle a red flag, drop the contact or record that they are lost, with a reason."""
    contact, by = find_contact(request, reference), actor_for(request)
    typed = request.POST.get("reason", "").replace("\0", "").strip()[:500]
    version = parse_number(request.POST.get("version"))
    try:
        match request.POST.get("deed"):
            case "handled":
                actions.handle_red_flag(by=by, contact=contact, note=typed)
            case "drop":
                actions.drop_contact(by=by, contact=contact, reason=typed, version=version)
            case "lost":
                actions.set_lost(by=by, contact=contact, reason=typed, version=version)
            case _:
                raise ActionRefused(_("Choose what to do."))
    except ActionRefused as refusal:
        contact.refresh_from_db()
        return _page(request, contact, str(refusal), typed)
    messages.success(request, _("Kept."))
    return see_other("epidemic:desk-contact", contact.reference)


def _page(request: HttpRequest, contact: Contact, wrong: str = "", typed: str = "") -> HttpResponse:
    disease = disease_of(contact.disease)
    assert disease.tracing
    tracing, day = disease.tracing, today()
    by = actor_for(request)
    exposures = contact.exposures.select_related("case", "case__area").order_by("-last_day", "pk")
    checks = contact.checks.select_related("by").order_by("-day", "-at")
    context = {
        "contact": contact,
        "person": details_of(contact.person),
        "disease": disease,
        "standing": queries.standing_of(contact, day),
        "Risk": Risk,
        "status": STATUS_LABELS[ContactStatus(contact.status)],
        "follow_up": FOLLOW_UP_LABELS[FollowUp(contact.follow_up)],
        "exposures": [
            {
                "case": each.case if queries.may_trace_case(by, each.case) else None,
                "relation": tracing.relations[each.relation].name
                if each.relation in tracing.relations
                else each.relation,
                "setting": tracing.settings[each.setting].name if each.setting in tracing.settings else each.setting,
                "protections": [tracing.protections[p].name for p in each.protections if p in tracing.protections],
                "first_day": each.first_day,
                "last_day": each.last_day,
                "risk": each.risk,
            }
            for each in exposures
        ],
        "checks": [
            (each, [disease.symptoms[s].name for s in each.symptoms if s in disease.symptoms]) for each in checks
        ],
        "symptoms": [(s, disease.symptoms[s].name, disease.symptoms[s].red_flag) for s in tracing.daily_symptoms],
        "key": uuid4(),
        "day": day,
        "typed": typed,
        "wrong": wrong,
        "errors": [("reason", wrong)] if wrong else [],
    }
    return render(request, "epidemic/tracing/contact.html", context, status=422 if wrong else 200)
