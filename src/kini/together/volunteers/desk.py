"""Desk of the officers who look after volunteers: activities to release, coming shifts, screenings."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from kini.city.public import pack
from kini.core.actors import ActionRefused, Actor
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.public import AccessType, DataRead, contacts, officers_only
from kini.people.queries import actor_for
from kini.together.form_page import FormPage, answer_form
from kini.together.forms import VerifyForm
from kini.together.permissions import HelpPermission
from kini.together.volunteers import actions, forms, queries
from kini.together.volunteers.guards import is_officer_of
from kini.together.volunteers.models import Volunteer
from kini.together.volunteers.organizer_pages import upcoming_shifts
from kini.together.volunteers.pages import FORM_METHODS, LONGEST_LIST, find_activity

MANAGE = HelpPermission.MANAGE_VOLUNTEERS


@officers_only(MANAGE)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Activities that wait for their release, and the others with their coming shifts."""
    rows = queries.activities_inside(actor_for(request)).filter(ended_at=None)
    running = rows.filter(released_at__isnull=False).order_by("name")[:LONGEST_LIST]
    context = {
        "waiting": rows.filter(released_at=None).prefetch_related("roles").order_by("created_at")[:LONGEST_LIST],
        "running": [(each, upcoming_shifts(each)) for each in running],
        "user": request.user.pk,
    }
    return render(request, "together/volunteers/desk.html", context)


def _back() -> tuple[str, str]:
    return reverse("together:desk-volunteers"), _("Volunteers")


@officers_only(MANAGE)
@require_http_methods(FORM_METHODS)
def new_activity(request: HttpRequest) -> HttpResponse:
    """Record an activity of the city; a colleague releases it."""
    form = forms.ActivityForm(request.POST or None)

    def write(by: Actor, data: dict[str, Any]) -> str:
        actions.record_activity(by=by, giver=None, activity=form.activity(), roles=form.roles())
        return _back()[0]

    lead = _("A colleague reads and releases it before it is public.")
    return answer_form(
        request,
        FormPage(_("New activity"), pgettext("button", "Record"), _back(), lead, "web/desk_base.html"),
        form,
        write,
    )


@officers_only(MANAGE)
@require_http_methods(FORM_METHODS)
def release(request: HttpRequest, number: int) -> HttpResponse:
    """Release an activity after reading it."""
    known = find_activity(number)
    if not is_officer_of(actor_for(request), known) or known.released_at or known.ended_at:
        raise Http404

    def write(by: Actor, data: dict[str, Any]) -> str:
        actions.release_activity(by=by, activity=known)
        return _back()[0]

    page = FormPage(
        _("Release this activity"), _("Release"), _back(), known.name, "web/desk_base.html", {"activity": known}
    )
    form = VerifyForm(request.POST or None)
    return answer_form(request, page, form, write, "together/volunteers/release.html")


@officers_only(MANAGE)
@require_http_methods(FORM_METHODS)
def screening(request: HttpRequest) -> HttpResponse:
    """Record the screening of a volunteer, as the officer saw in a paper."""

    def write(by: Actor, data: dict[str, Any]) -> str:
        volunteer = _volunteer(data["contact"])
        people_actions.log_reads(by=by, what=AccessType.PERSON, reads=[DataRead(volunteer.resident_id)])
        values = {name: data[name] for name in ("valid_from", "valid_until", "paper")}
        actions.record_screening(by=by, volunteer=volunteer, **values)
        return _back()[0]

    lead = _("Look at the paper itself. The volunteer signs up once before, so that there is a record.")
    page = FormPage(_("Record a screening"), pgettext("button", "Record"), _back(), lead, "web/desk_base.html")
    return answer_form(request, page, forms.ScreeningForm(request.POST or None), write)


def _volunteer(typed: str) -> Volunteer:
    """Volunteer with this contact.

    Raises:
        ActionRefused: nobody has it.
    """
    try:
        user = people_queries.user_by_contact(contacts.parse_contact(typed, pack.current().country))
    except contacts.ContactError as error:
        raise ActionRefused(str(error)) from None
    volunteer = Volunteer.objects.select_related("resident").filter(resident__user=user).first() if user else None
    if volunteer is None:
        raise ActionRefused(_("No volunteer has this contact. They register at their page of shifts first."))
    return volunteer
