"""Residents' pages of a registration: its appointment with the code, places to choose, the waiting list of today."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.core.ids import parse_pk
from kini.people.models import User
from kini.people.public import details_of
from kini.people.queries import actor_for
from kini.vaccination.campaigns.campaign_files import campaign_of, campaigns, vaccine_name
from kini.vaccination.registrations import actions, doses_together, notifications, queries, together_actions
from kini.vaccination.registrations.models import Registration
from kini.vaccination.registrations.place_search import offers_of, waiting_sites, wish_of
from kini.vaccination.registrations.standby_actions import answer_standby
from kini.vaccination.sites import appointments, standby
from kini.vaccination.sites.appointments import OpenSlot
from kini.vaccination.sites.models import Site, StandbyRequest
from kini.vaccination.sites.site_points import site_address
from kini.web.formats import city_time, today
from kini.web.qr import qr
from kini.web.redirects import see_other


@never_cache
@login_required
@require_safe
def registration(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a registration: the appointment with its code, or whether and when, and places to choose."""
    row = _own(request, reference)
    if row.together_with and row.is_active:
        return see_other("vaccination:registration", row.together_with.reference)
    eligibility = queries.eligibility_of_registration(row, today())
    changing = row.state == "booked" and "change" in request.GET
    context: dict[str, Any] = _context(row) | {"eligibility": eligibility, "changing": changing}
    if row.state == "booked" and row.booking and not changing:
        context |= {
            "qr": qr(row.booking.reference),
            "place": notifications.place_name(row),
            "bring": notifications.bring(row),
            "vaccine": ", ".join(vaccine_name(each.vaccine) for each in queries.members_of(row)),
            # For tomorrow the reminder may have been sent before the place was taken.
            "reminder": city_time(row.booking.slot.starts_at).date() > today() + timedelta(days=1),
        }
    elif row.is_active and eligibility.number == row.number and eligibility.earliest:
        group = doses_together.group_of(row, eligibility)
        context["offers"] = offers_of(group, eligibility)
        if row.state == "waiting":
            context["beside"] = doses_together.beside_registration(row, eligibility)
        if row.state == "waiting":
            context["standby"] = standby.request_of_today(row.person, row.campaign)
            context["standby_sites"] = [] if context["offers"] else waiting_sites(row, eligibility)
    return render(request, "vaccination/registrations/registration.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def times(request: HttpRequest, reference: str, site: str) -> HttpResponse:
    """Free times at a site; posting one takes the place."""
    row, by, error = _own(request, reference), actor_for(request), ""
    if not row.is_active or row.together_with:
        raise Http404
    if request.method == "POST":
        slot = parse_pk(request.POST.get("slot"))
        try:
            if not slot:
                raise ActionRefused(_("Choose a time."))
            if len(queries.members_of(row)) > 1:
                series = doses_together.chosen(request.POST)
                row = together_actions.book_together(by=by, lead=row, slot=slot, series=series)
            else:
                change = actions.move if row.state == "booked" else actions.book
                change(by=by, registration=row, slot=slot)
        except ActionRefused as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("The place is yours."))
            return see_other("vaccination:registration", row.reference)
    eligibility = queries.eligibility_of_registration(row, today())
    group = doses_together.group_of(row, eligibility)
    slots = appointments.open_slots(wish_of(row, eligibility, group), site) if eligibility.earliest else []
    here = group.at_sites([site])[site] if len(group.members) > 1 else group.members
    context = _context(row) | {
        "here": here,
        "together": len(group.members) > 1,
        "missing": [each for each in group.members if each not in here],
        "site": get_object_or_404(Site, pk=site, active=True),
        "days": _by_day(slots),
        "error": error,
        "errors": [("slot", error)] if error else [],
    }
    return render(request, "vaccination/registrations/times.html", context, status=422 if error else 200)


@login_required
@require_POST
def together(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose which doses are taken together, before there is an appointment."""
    row, by = _own(request, reference), actor_for(request)
    try:
        together_actions.join(by=by, lead=row, series=doses_together.chosen(request.POST))
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Kept. One appointment is for all of these doses."))
    return see_other("vaccination:registration", reference)


@login_required
@require_POST
def waiting_list(request: HttpRequest, reference: str) -> HttpResponse:
    """Join the waiting list of today of a site, or leave it."""
    row, by = _own(request, reference), actor_for(request)
    assert isinstance(request.user, User)
    if row.state != "waiting":
        raise Http404
    try:
        if "leave" in request.POST:
            waiting = standby.request_of_today(row.person, row.campaign)
            if waiting and waiting.user_id == request.user.pk:
                standby.leave(by=by, request=waiting)
                messages.success(request, _("You are not on the waiting list any more."))
        else:
            eligibility = queries.eligibility_of_registration(row, today())
            sites = {site.pk: site for site in waiting_sites(row, eligibility)}
            site = sites.get(request.POST.get("site", ""))
            if site is None:
                raise ActionRefused(_("Choose where you want to wait."))
            standby.join(
                by=by,
                person=row.person,
                user=request.user,
                site=site,
                campaign=row.campaign,
                vaccines=[option.vaccine for option in eligibility.options],
            )
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    return see_other("vaccination:registration", reference)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_call(request: HttpRequest, number: int) -> HttpResponse:
    """Call for a dose that is left over: coming, or not."""
    related = ("site__area", "site__place", "site__facility", "session__slot", "person__resident", "booking")
    own = StandbyRequest.objects.filter(user=request.user.pk).select_related(*related)
    called = get_object_or_404(own, pk=number)
    if request.method == "POST":
        try:
            answer_standby(by=actor_for(request), request=called, coming=request.POST.get("answer") == "coming")
        except ActionRefused as refusal:
            messages.error(request, str(refusal))
        return see_other("vaccination:standby", number)
    late = bool(called.answer_by and called.answer_by <= current_time.now())
    name = details_of(called.person).name
    context = {"called": called, "name": name, "address": site_address(called.site), "late": late}
    return render(request, "vaccination/standby.html", context)


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


def _own(request: HttpRequest, reference: str) -> Registration:
    row = queries.registrations().filter(reference=reference).first()
    if row is None or row.campaign not in campaigns() or not queries.may_change(actor_for(request), row):
        raise Http404
    return row


def _context(row: Registration) -> dict[str, Any]:
    return {
        "registration": row,
        "campaign": campaign_of(row.campaign),
        "doses": queries.members_of(row) if row.is_active else [row],
        "person": details_of(row.person).name or _("You"),
    }


def _by_day(slots: list[OpenSlot]) -> dict[date, list[OpenSlot]]:
    days: dict[date, list[OpenSlot]] = {}
    for slot in slots:
        days.setdefault(city_time(slot.starts_at).date(), []).append(slot)
    return days
