"""Residents' pages: for whom, whether and when and why, the registration, and its appointment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.booking.models import Slot
from kini.city import queries as city_queries
from kini.core.actors import ActionRefused
from kini.core.geometry import Point, distance_m
from kini.people.models import Person, User
from kini.people.public import details_of, has_profile
from kini.people.queries import actor_for
from kini.services.public import FieldBase, FormData, PageSnapshot, questions
from kini.vaccination.campaigns.campaign_files import campaign_of, campaigns, vaccine_name
from kini.vaccination.campaigns.eligibility import Eligibility
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.doses.queries import doses_of
from kini.vaccination.registrations import actions, forms, notifications, queries
from kini.vaccination.registrations.actions import Wish
from kini.vaccination.registrations.models import Registration
from kini.vaccination.registrations.queries import NOTHING_STATED
from kini.vaccination.sites import appointments, standby
from kini.vaccination.sites.appointments import OpenSlot
from kini.vaccination.sites.models import Site
from kini.vaccination.sites.site_points import site_point
from kini.web.formats import city_time, today
from kini.web.qr import qr
from kini.web.redirects import see_other

#: Days ahead in which places are offered.
DAYS_AHEAD = 30
#: Sites of the waiting list of today that are shown.
NEAREST = 6


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
            registration = actions.register(by=by, person=member.person, wish=wish)
            return see_other("vaccination:registration", registration.reference)
        except ActionRefused as refusal:
            error = str(refusal)
    eligibility = queries.eligibility_of(member.person, known, today(), statements)
    context = _form(known, campaign, fields, parsed, error) | {
        "person": member.name or _("You"),
        "eligibility": eligibility,
        "rules": eligibility.reasons,
        "options": [vaccine_name(option.vaccine) for option in eligibility.options],
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


@never_cache
@login_required
@require_safe
def registration(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a registration: the appointment with its code, or whether and when, and places to choose."""
    row = _own(request, reference)
    eligibility = queries.eligibility_of_registration(row, today())
    changing = row.state == "booked" and "change" in request.GET
    context: dict[str, Any] = _context(row) | {"eligibility": eligibility, "changing": changing}
    if row.state == "booked" and row.booking and not changing:
        context |= {
            "qr": qr(row.booking.reference),
            "place": notifications.place_name(row),
            "bring": notifications.bring(row),
            "vaccine": vaccine_name(row.vaccine),
        }
    elif row.is_active and eligibility.number == row.number and eligibility.earliest:
        context["offers"] = appointments.sites_with(_wish(row, eligibility), near=_home(row))
        if row.state == "waiting" and has_profile(row.person):
            context["standby"] = standby.request_of_today(row.person.resident, row.campaign)
            context["standby_sites"] = [] if context["offers"] else _sites_of_today(row, eligibility)
    return render(request, "vaccination/registrations/registration.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def times(request: HttpRequest, reference: str, site: str) -> HttpResponse:
    """Free times at a site; posting one takes the place."""
    row, by, error = _own(request, reference), actor_for(request), ""
    if not row.is_active:
        raise Http404
    if request.method == "POST":
        slot = request.POST.get("slot", "")
        try:
            if not slot.isdigit():
                raise ActionRefused(_("Choose a time."))
            change = actions.move if row.state == "booked" else actions.book
            change(by=by, registration=row, slot=int(slot))
        except ActionRefused as refusal:
            error = str(refusal)
        else:
            starts_at = Slot.objects.values_list("starts_at", flat=True).get(pk=slot)
            is_today = city_time(starts_at).date() == today()
            later = _("The place is yours. We remind you the day before.")
            messages.success(request, _("The place is yours, today.") if is_today else later)
            return see_other("vaccination:registration", row.reference)
    eligibility = queries.eligibility_of_registration(row, today())
    slots = appointments.open_slots(_wish(row, eligibility), site) if eligibility.earliest else []
    context = _context(row) | {
        "site": get_object_or_404(Site, pk=site, active=True),
        "days": _by_day(slots),
        "error": error,
        "errors": [("slot", error)] if error else [],
    }
    return render(request, "vaccination/registrations/times.html", context, status=422 if error else 200)


@login_required
@require_POST
def waiting_list(request: HttpRequest, reference: str) -> HttpResponse:
    """Join the waiting list of today of a site, or leave it."""
    row, by = _own(request, reference), actor_for(request)
    if row.state != "waiting" or not has_profile(row.person):
        raise Http404
    resident = row.person.resident
    try:
        if "leave" in request.POST:
            waiting = standby.request_of_today(resident, row.campaign)
            if waiting and waiting.user_id == request.user.pk:
                standby.leave(by=by, request=waiting)
                messages.success(request, _("You are not on the waiting list any more."))
        else:
            eligibility = queries.eligibility_of_registration(row, today())
            sites = {site.pk: site for site in _sites_of_today(row, eligibility)}
            site = sites.get(request.POST.get("site", ""))
            if site is None:
                raise ActionRefused(_("Choose where you want to wait."))
            standby.join(
                by=by,
                resident=resident,
                user=_user(request),
                site=site,
                campaign=row.campaign,
                vaccines=[option.vaccine for option in eligibility.options],
            )
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    return see_other("vaccination:registration", reference)


@login_required
@require_POST
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Cancel a registration and its appointment."""
    row = _own(request, reference)
    try:
        actions.cancel(by=actor_for(request), registration=row)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Cancelled. The place is free for somebody else."))
    return see_other("vaccination:registration", reference)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _campaign(name: str) -> Campaign:
    try:
        return campaign_of(name)
    except LookupError:
        raise Http404 from None


def _own(request: HttpRequest, reference: str) -> Registration:
    row = queries.registrations().filter(reference=reference).first()
    if row is None or row.campaign not in campaigns() or not queries.may_change(actor_for(request), row):
        raise Http404
    return row


def _multiple(campaign: Campaign) -> bool:
    return len(campaign.series) > 1


def _parsed(request: HttpRequest, fields: Mapping[str, FieldBase]) -> questions.ParsedPage | None:
    if request.method != "POST":
        return None
    page = PageSnapshot(key="questions", heading=forms.text(""), fields=dict(fields))
    return questions.parse_page(page, FormData(request.POST, request.FILES), extra_inputs=frozenset({"series"}))


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


def _context(row: Registration) -> dict[str, Any]:
    return {
        "registration": row,
        "campaign": campaign_of(row.campaign),
        "dose": campaign_of(row.campaign).series[row.series].doses[row.number - 1].name,
        "person": details_of(row.person).name or _("You"),
    }


def _wish(row: Registration, eligibility: Eligibility) -> appointments.Wish:
    first = max(eligibility.earliest or today(), today())
    vaccines = [option.vaccine for option in eligibility.options]
    last = first + timedelta(days=DAYS_AHEAD)
    kept = queries.kept_dose_of(row)
    place = (kept.site_id, kept.vaccine) if kept and kept.kept else ("", "")
    return appointments.Wish(row.campaign, vaccines, first, last, queries.groups_of(row), place)


def _sites_of_today(row: Registration, eligibility: Eligibility) -> list[Site]:
    """Sites at which somebody who may be vaccinated today can wait for a dose that is left, the nearest first."""
    if not eligibility.may or eligibility.number != row.number:
        return []
    sites, home = standby.sites_of_today(row.campaign, [each.vaccine for each in eligibility.options]), _home(row)
    return sorted(sites, key=lambda each: (distance_m(home, site_point(each)) if home else 0, each.name))[:NEAREST]


def _home(row: Registration) -> Point | None:
    code = details_of(row.person).area
    area = city_queries.area(code) if code else None
    return (area.latitude, area.longitude) if area else None


def _by_day(slots: list[OpenSlot]) -> dict[date, list[OpenSlot]]:
    days: dict[date, list[OpenSlot]] = {}
    for slot in slots:
        days.setdefault(city_time(slot.starts_at).date(), []).append(slot)
    return days
