"""Desk pages of a site's day: sites, the day with who waits and who may go, arrivals, entries to decide on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from pydantic import ValidationError as InvalidEntry

from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.core.ids import parse_pk
from kini.core.typed_values import parse_moment
from kini.people import queries as people_queries
from kini.people.models import Person
from kini.people.public import NATIONAL_ID, PersonDetails, details_of, identifier_types, officers_only, similarity
from kini.people.queries import actor_for
from kini.vaccination.campaigns.campaign_files import campaigns, vaccine_name
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.registrations import queries as registration_queries
from kini.vaccination.registrations.birth_dates import parse_birth_date
from kini.vaccination.sites.models import Session, Site
from kini.vaccination.visits import actions, arrivals, queries
from kini.vaccination.visits.entries import VisitEntry, WalkIn
from kini.vaccination.visits.models import PhoneConflict, Visit
from kini.web.formats import today
from kini.web.redirects import see_other

VACCINATE = officers_only(VaccinationPermission.GIVE_DOSES)


def site_for(request: HttpRequest, site: str) -> Site:
    """Return a site where the officer vaccinates; 404 for all others."""
    found = queries.sites_of(actor_for(request)).filter(pk=site).first()
    if found is None:
        raise Http404
    return found


@VACCINATE
@require_safe
def sites_page(request: HttpRequest) -> HttpResponse:
    """List the sites where the officer vaccinates; a single one is opened."""
    sites = list(queries.sites_of(actor_for(request)).order_by("name"))
    if len(sites) == 1:
        return redirect("vaccination:desk-day", sites[0].pk)
    return render(request, "vaccination/desk_sites.html", {"sites": sites})


@VACCINATE
@require_safe
def day_page(request: HttpRequest, site: str) -> HttpResponse:
    """Show who waits, who may go when, and who has an appointment."""
    at, day, by = site_for(request, site), today(), actor_for(request)
    booked = list(queries.appointments(at, day))
    waiting, observed = list(queries.waiting(at)), list(queries.observed(at))
    queries.log_persons(by, [each.person for each in (*waiting, *observed)])
    queries.log_persons(by, map(queries.person_of, booked))
    now = current_time.now()
    context = {
        "at": at,
        "day": day,
        "waiting": [(each, queries.details_at(each.person, each.booking)) for each in waiting],
        "observed": [(each, details_of(each.person), each.observe_until <= now) for each in observed],  # type: ignore[operator]
        "booked": [(each, queries.details_at(queries.person_of(each), each)) for each in booked],
        "given": Visit.objects.filter(site=at, outcome="given", dose__given_on=day, part_of=None).count(),
        "conflicts": queries.open_conflicts(at).count(),
        "lots": queries.usable_lots(at, day),
        "following": queries.next_day_of(at, day),
    }
    return render(request, "vaccination/day.html", context)


@VACCINATE
@require_POST
def check_in(request: HttpRequest, site: str) -> HttpResponse:
    """Check somebody in by the code of their ticket, also as the address in its QR code."""
    at, by = site_for(request, site), actor_for(request)
    try:
        booking = arrivals.booking_at(at, request.POST.get("code", "")[:200])
        campaign = booking.slot.vaccination_session.campaign
        entry = VisitEntry(uuid=uuid4(), campaign=campaign, booking=booking.reference, at=current_time.now())
        visit = actions.record_visit(by=by, site=at, entry=entry)
    except ActionRefused as refusal:
        messages.warning(request, str(refusal))
        return see_other("vaccination:desk-day", at.pk)
    return see_other("vaccination:desk-visit", at.pk, visit.uuid)


@VACCINATE
@require_http_methods(["GET", "HEAD", "POST"])
def walk_in_page(request: HttpRequest, site: str) -> HttpResponse:
    """Check in somebody without an appointment: look for their record by number, or name and birth date."""
    at, by = site_for(request, site), actor_for(request)
    typed, wrong = {name: request.POST.get(name, "").strip() for name in WALK_IN_FIELDS}, ""
    likely: list[Likely] = []
    if request.method == "POST":
        try:
            walk_in, chosen = _walk_in(typed), request.POST.get("person", "")
            likely = _likely(at, walk_in, _campaign(at, typed))
            person = next((each.person for each in likely if str(each.person.pk) == chosen), None)
            if person or chosen == "new" or not likely:
                entry = VisitEntry(uuid=uuid4(), campaign=_campaign(at, typed), walk_in=walk_in, at=current_time.now())
                visit = actions.record_visit(by=by, site=at, entry=entry, person=person)
                return see_other("vaccination:desk-visit", at.pk, visit.uuid)
            queries.log_persons(by, [each.person for each in likely])
        except ActionRefused as refusal:
            wrong = str(refusal)
    context = {
        "at": at,
        "typed": typed,
        "campaigns": [(name, campaigns()[name].name) for name in _campaigns_at(at)],
        "likely": likely,
        "wrong": wrong,
        "errors": [("name", wrong)] if wrong else [],
    }
    return render(request, "vaccination/walk_in.html", context, status=422 if wrong else 200)


WALK_IN_FIELDS = ("name", "born", "sex", "phone", "national_id", "campaign")


def _campaign(site: Site, typed: dict[str, str]) -> str:
    return typed["campaign"] or next(iter(_campaigns_at(site)), "")


def _campaigns_at(site: Site) -> list[str]:
    """Campaigns of the pack, those with sessions at the site first."""
    own = set(Session.objects.filter(site=site, settled_at=None).values_list("campaign", flat=True))
    return sorted(campaigns(), key=lambda name: name not in own)


def _walk_in(typed: dict[str, str]) -> WalkIn:
    born, precision = parse_birth_date(typed["born"], today()) if typed["born"] else (None, "")
    try:
        return WalkIn(
            name=typed["name"],
            birth_date=born,
            birth_precision=precision,
            sex=typed["sex"] if typed["sex"] in ("female", "male") else "",
            phone=typed["phone"],
            national_id=typed["national_id"],
        )
    except InvalidEntry:
        raise ActionRefused(_("Write the name as on the card, and a birth date or year.")) from None


@dataclass(frozen=True, slots=True)
class Likely:
    """Somebody who may be the person at the desk, with reasons in words, and the time of their appointment here today.

    Attributes:
        person: the root of its tree.
    """

    person: Person
    details: PersonDetails
    reasons: tuple[str, ...]
    time: datetime | None = None


def _likely(site: Site, walk_in: WalkIn, campaign: str) -> list[Likely]:
    """Return persons whom the vaccinator compares with the card, expected ones first; none if the number decides."""
    if walk_in.national_id:
        number = identifier_types.get(NATIONAL_ID).parse(walk_in.national_id)
        if people_queries.person_by_identifier(NATIONAL_ID, number):
            return []
    likely: dict[int, Likely] = {}
    for each in registration_queries.find_expected(site, today(), walk_in.details):
        root = people_queries.root_of(each.person)
        if each.campaign == campaign and each.booking:
            details = registration_queries.details_of_registration(each)
            reasons = similarity.compare(walk_in.details, details).reasons
            likely.setdefault(root.pk, Likely(root, details, reasons, each.booking.slot.starts_at))
    for other in people_queries.persons_like(walk_in.details):
        if other.person.pk not in likely:
            booking = arrivals.appointment_of(other.person, site, campaign, today())
            time = booking.slot.starts_at if booking else None
            likely[other.person.pk] = Likely(other.person, details_of(other.person), other.reasons, time)
    return list(likely.values())


@VACCINATE
@require_http_methods(["GET", "HEAD", "POST"])
def conflicts_page(request: HttpRequest, site: str) -> HttpResponse:
    """List entries of phones that could not be recorded as they came; POST decides on one."""
    at, by, wrong, number = site_for(request, site), actor_for(request), "", 0
    if request.method == "POST":
        number = parse_pk(request.POST.get("conflict"))
        conflict = queries.open_conflicts(at).filter(pk=number).first()
        if conflict is None:
            messages.info(request, _("This was decided already."))
            return see_other("vaccination:desk-conflicts", at.pk)
        try:
            actions.decide_conflict(
                by=by,
                conflict=conflict,
                decision=request.POST.get("decision", ""),
                reason=request.POST.get("reason", "").replace("\0", ""),
                lot=parse_pk(request.POST.get("lot")) or None,
            )
        except ActionRefused as refusal:
            wrong = str(refusal)
        else:
            messages.success(request, _("Kept."))
            return see_other("vaccination:desk-conflicts", at.pk)
    rows = list(queries.open_conflicts(at))
    context = {
        "at": at,
        "rows": [_conflict_view(each) for each in rows],
        "lots": [
            {"lot": each.lot, "name": vaccine_name(each.lot.vaccine)} for each in queries.usable_lots(at, today())
        ],
        "wrong": wrong,
        "number": number,
        "errors": [(f"reason-{number}", wrong)] if wrong else [],
    }
    return render(request, "vaccination/conflicts.html", context, status=422 if wrong else 200)


#: Entries of phones in words, by their kind or outcome.
_SENT = {
    "given": gettext_lazy("Dose given"),
    "not-done": gettext_lazy("No dose given"),
    "visit": gettext_lazy("Arrival"),
    "leave": gettext_lazy("Has gone"),
    "event": gettext_lazy("Event after a dose"),
}


def _conflict_view(conflict: PhoneConflict) -> dict[str, object]:
    """Return an entry as the page shows it; a phone may have sent anything."""
    sent = conflict.entry if isinstance(conflict.entry, dict) else {}
    walk_in, at = sent.get("walk_in"), sent.get("at")
    name = walk_in.get("name", "") if isinstance(walk_in, dict) else sent.get("booking", "")
    return {
        "row": conflict,
        "name": name,
        "what": _SENT.get(str(sent.get("outcome")) or "") or _SENT.get(str(sent.get("kind")), _("Entry of a phone")),
        "vaccine": vaccine_name(str(sent["vaccine"])) if sent.get("vaccine") else "",
        "at": parse_moment(at) if isinstance(at, str) else None,
    }


def visit_for(request: HttpRequest, site: str, uuid: UUID) -> Visit:
    """Return a visit of a site where the officer vaccinates; 404 for all others."""
    rows = Visit.objects.select_related(
        "site", "person__resident", "booking__vaccination_registration__person__resident", "dose__lot"
    )
    visit = rows.filter(site=site_for(request, site), uuid=uuid).first()
    if visit is None:
        raise Http404
    return visit
