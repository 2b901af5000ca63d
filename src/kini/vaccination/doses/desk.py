"""Desk pages of correctors: disputed doses, and one dose with its history, correction, move and decision."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kini.core.actors import ActionRefused, Actor
from kini.core.ids import parse_pk
from kini.people import queries as people_queries
from kini.people.actions import NewIdentifier, record_person
from kini.people.models import Person
from kini.people.public import NATIONAL_ID, PersonDetails, details_of, identifier_types, officers_only
from kini.people.queries import actor_for
from kini.records.public import require_read, visible
from kini.vaccination.campaigns.campaign_files import campaign_name, vaccine_name
from kini.vaccination.doses import actions, dose_stock, queries
from kini.vaccination.doses.actions import DoseCorrection
from kini.vaccination.doses.models import Dose, DoseDispute
from kini.vaccination.doses.record_access import CORRECT, dose_by_number
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.sites.models import Lot
from kini.web.redirects import see_other

CORRECTORS = officers_only(VaccinationPermission.CORRECT_DOSES)
MOST = 100
SOURCE = "vaccination.dose"


@CORRECTORS
@require_safe
def disputes_page(request: HttpRequest) -> HttpResponse:
    """List the disputes that wait, the oldest first, without names; and find a dose by its number."""
    by, typed = actor_for(request), request.GET.get("number", "").strip()
    if typed and (dose := dose_by_number(typed)):
        return see_other("vaccination:desk-dose", dose.reference)
    open_ones = DoseDispute.objects.filter(decision="", dose__in=visible(by, Dose)).select_related("dose__site")
    rows = [(each, vaccine_name(each.dose.vaccine)) for each in open_ones.order_by("filed_at")[:MOST]]
    return render(request, "vaccination/disputes.html", {"rows": rows, "typed": typed})


@CORRECTORS
@require_http_methods(["GET", "HEAD", "POST"])
def dose_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a dose with its history and what can be done; POST does one of it."""
    by, wrong, deed = actor_for(request), "", request.POST.get("deed", "")
    dose = Dose.objects.filter(reference=reference).select_related("person__resident", "site", "lot").first()
    if dose is None:
        raise Http404
    require_read(by, dose, CORRECT)
    if request.method == "POST":
        try:
            DEEDS[deed](by, dose, request.POST)
        except KeyError:
            raise Http404 from None
        except ActionRefused as refusal:
            wrong = str(refusal)
        else:
            messages.success(request, _("Kept. The certificate follows by itself."))
            return see_other("vaccination:desk-dose", reference)
    context: dict[str, Any] = {
        "dose": dose,
        "person": details_of(dose.person),
        "vaccine": vaccine_name(dose.vaccine),
        "campaign": campaign_name(dose.campaign),
        "dispute": queries.open_dispute(dose),
        "decided": dose.disputes.exclude(decision="").order_by("-decided_at"),
        "revisions": dose.revisions.select_related("by").order_by("-version"),
        "same": queries.same_dose_number(dose) if dose.state == "given" else [],
        "lots": Lot.objects.filter(vaccine=dose.vaccine).order_by("-expires_on", "number")[:MOST],
        "vaccine_outcome": dose_stock.outcome(dose) if dose.state == "entered-in-error" else "",
        "typed": request.POST,
        "deed": deed,
        "wrong": wrong,
        "errors": [(f"deed-{deed}", wrong)] if wrong else [],
    }
    return render(request, "vaccination/dose.html", context, status=422 if wrong else 200)


def _text(typed: Any, name: str) -> str:
    return str(typed.get(name, "")).replace("\0", "").strip()


def _right_person(by: Actor, typed: Any) -> Person:
    """Return the person of a number, or record them where nobody has it.

    Raises:
        ActionRefused: without a number or name, or if the number is not valid.
    """
    if not _text(typed, "national_id"):
        raise ActionRefused(_("Write the number on the card of the person who got the dose."))
    number = identifier_types.get(NATIONAL_ID).parse(_text(typed, "national_id"))
    if known := people_queries.person_by_identifier(NATIONAL_ID, number):
        return known
    name = _text(typed, "name")[:120]
    if not name:
        raise ActionRefused(_("Nobody has this number yet. Write the name on the card too."))
    identifiers = [NewIdentifier(NATIONAL_ID, number)]
    return record_person(by=by, details=PersonDetails(name), source=SOURCE, identifiers=identifiers)


def _decide(by: Actor, dose: Dose, typed: Any) -> None:
    filed = queries.open_dispute(dose)
    if filed is None:
        raise ActionRefused(_("This was decided already."))
    decision = _text(typed, "decision")
    actions.decide_dispute(
        by=by,
        dispute=filed,
        decision=decision,
        evidence=_text(typed, "evidence"),
        answer=_text(typed, "answer"),
        person=_right_person(by, typed) if decision == "moved" else None,
        number=parse_pk(_text(typed, "number")) or None,
    )


def _move(by: Actor, dose: Dose, typed: Any) -> None:
    actions.move_to_person(
        by=by,
        dose=dose,
        person=_right_person(by, typed),
        reason=_text(typed, "reason"),
        number=parse_pk(_text(typed, "number")) or None,
        version=parse_pk(_text(typed, "version")),
    )


def _correct(by: Actor, dose: Dose, typed: Any) -> None:
    lot = Lot.objects.filter(vaccine=dose.vaccine, pk=parse_pk(_text(typed, "lot"))).first() or dose.lot
    actions.correct(
        by=by,
        dose=dose,
        correction=DoseCorrection(
            vaccine=dose.vaccine,
            number=parse_pk(_text(typed, "number")) or dose.number,
            volume_ul=dose.volume_ul,
            lot=lot,
            lot_number=dose.lot_number,
            given_at=dose.given_at,
            given_on=dose.given_on,
        ),
        reason=_text(typed, "reason"),
        version=parse_pk(_text(typed, "version")),
    )


def _mark_error(by: Actor, dose: Dose, typed: Any) -> None:
    reason, version = _text(typed, "reason"), parse_pk(_text(typed, "version"))
    actions.mark_entered_in_error(by=by, dose=dose, reason=reason, version=version)


DEEDS = {"decide": _decide, "move": _move, "correct": _correct, "error": _mark_error}
