"""Pages of volunteers: activities, sign-up, own shifts with check-in, hours, certificate and calendar feed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.city import queries as city_queries
from kini.core import attempt_limits, current_time
from kini.core.actors import ActionRefused, Actor
from kini.core.attempt_limits import Limit
from kini.documents.models import DocumentState, SignedDocument
from kini.people.models import Resident
from kini.people.public import resident_for
from kini.people.queries import actor_for
from kini.records import actions as record_actions
from kini.together.form_page import FormPage, answer_form
from kini.together.forms import HelpForm
from kini.together.labels import SIGN_UP_STATES, WITNESSES
from kini.together.volunteers import actions, forms, queries, rules
from kini.together.volunteers.actions.sign_ups import CONSENT
from kini.together.volunteers.calendar_feed import feed_address
from kini.together.volunteers.certificate_type import CERTIFICATE, subject_of
from kini.together.volunteers.models import Activity, ShiftRole, SignUp, Volunteer
from kini.web.page_cache import cache_for_anonymous

FORM_METHODS = ["GET", "HEAD", "POST"]
ON_PAGE = 12
LONGEST_LIST = 60
#: Codes typed for one sign-up; a code has six digits.
CHECK_INS = Limit("together.check-in", count=10, seconds=3_600)


@require_safe
@cache_for_anonymous
def activities(request: HttpRequest) -> HttpResponse:
    """Activities with coming shifts, the next one first."""
    typed = request.GET.get("area", "").strip()[:80]
    area = city_queries.area_by_name(typed) if typed else None
    page = Paginator(queries.open_activities(area.path if area else ""), ON_PAGE).get_page(request.GET.get("page"))
    free = queries.free_places(page.object_list)
    context = {
        "page": page,
        "rows": [(each, free.get(each.pk, 0)) for each in page.object_list],
        "typed": typed,
        "area": area,
        "unknown": typed if typed and area is None else "",
    }
    return render(request, "together/volunteers/activities.html", context)


@require_safe
@cache_for_anonymous
def activity(request: HttpRequest, number: int) -> HttpResponse:
    """One activity with its coming shifts and the free places of each role."""
    known = get_object_or_404(queries.open_activities(), pk=number)
    context = {"activity": known, "shifts": queries.coming_shifts(known)}
    return render(request, "together/volunteers/activity.html", context)


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def sign_up(request: HttpRequest, number: int) -> HttpResponse:
    """Sign up for a shift in a role: oneself, or a member of the family for whom one may act."""
    role = get_object_or_404(
        ShiftRole.objects.select_related("shift__activity__area", "shift__activity__giver"), pk=number
    )
    shift = role.shift
    if shift.activity.released_at is None or shift.cancelled_at or shift.starts_at <= current_time.now():
        raise Http404
    own = resident_for(request)
    people = queries.family_volunteers(own)
    form = forms.SignUpForm(request.POST or None, people=people)
    if known := Volunteer.objects.filter(resident=own).first():
        form.initial["emergency_contact"] = known.emergency_contact

    def write(by: Actor, data: dict[str, Any]) -> str:
        resident = data.get("resident") or own
        if data.get("consent") and resident != own:
            _consent(by, resident)
        values = {name: data[name] for name in ("emergency_contact", "birth_date") if name in data}
        volunteer = actions.ensure_volunteer(by=by, resident=resident, **values)
        actions.sign_up(by=by, volunteer=volunteer, role=role, key=data["key"])
        return reverse("together:own-shifts")

    lead = _("%(activity)s, %(role)s") % {"activity": shift.activity.name, "role": role.name}
    back = (reverse("together:activity", args=[shift.activity_id]), shift.activity.name)
    page = FormPage(_("Sign up for the shift"), _("Sign up"), back, lead, context={"shift": shift})
    return answer_form(request, page, form, write, "together/volunteers/sign_up.html")


def _consent(by: Actor, resident: Resident) -> None:
    """Record a guardian's consent for a child."""
    record_actions.give_consent(by=by, resident=resident, purpose=CONSENT)


@login_required
@never_cache
@require_safe
def own_shifts(request: HttpRequest) -> HttpResponse:
    """Shifts of oneself and the family, hours with their certificate, and the calendar feed."""
    people = queries.family_volunteers(resident_for(request))
    now = current_time.now()
    rows = [_listed(each) for each in queries.sign_ups_of(people)[:LONGEST_LIST]]
    context = {
        "coming": [each for each in reversed(rows) if each["row"].shift.ends_at > now and each["stands"]],
        "past": [each for each in rows if each["row"].shift.ends_at <= now or not each["stands"]],
        "volunteers": [_volunteer(each) for each in Volunteer.objects.filter(resident__in=[p.pk for p in people])],
        "several": len(people) > 1,
    }
    return render(request, "together/volunteers/own.html", context)


def _listed(row: SignUp) -> dict[str, Any]:
    label, tone = SIGN_UP_STATES[row.state]
    now, shift = current_time.now(), row.shift
    return {
        "row": row,
        "stands": row.state != "cancelled",
        "label": label,
        "tone": tone,
        "witness": WITNESSES.get(row.witness, ""),
        "may_cancel": row.state == "booked" and now < shift.starts_at,
        "may_check_in": row.state == "booked" and rules.may_check_in(shift.starts_at, shift.ends_at, now),
    }


def _volunteer(volunteer: Volunteer) -> dict[str, Any]:
    served = queries.served_hours(volunteer)
    documents = SignedDocument.objects.filter(type=CERTIFICATE, subject=subject_of(volunteer))
    return {
        "volunteer": volunteer,
        "served": [(each, each.minutes / 60) for each in served],
        "hours": sum(each.minutes for each in served) / 60,
        "feed": feed_address(volunteer),
        "certificate": documents.filter(state=DocumentState.VALID).exclude(sha256="").order_by("-ordinal").first(),
    }


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def sign_up_deed(request: HttpRequest, number: int, deed: str) -> HttpResponse:
    """Give a place back, check in, or object to an absence."""
    people = queries.family_volunteers(resident_for(request))
    known = get_object_or_404(queries.sign_ups_of(people), pk=number)
    if deed not in _DEEDS:
        raise Http404
    form, write, title, button = _DEEDS[deed]

    def store(by: Actor, data: dict[str, Any]) -> str:
        write(by, known, data)
        return reverse("together:own-shifts")

    page = FormPage(
        str(title), str(button), (reverse("together:own-shifts"), _("My shifts")), lead=known.shift.activity.name,
        context={"shift": known.shift},
    )  # fmt: skip
    return answer_form(request, page, form(request.POST or None), store, "together/volunteers/sign_up.html")


def _cancel(by: Actor, row: SignUp, data: dict[str, Any]) -> None:
    actions.cancel_sign_up(by=by, sign_up=row)


def _check_in(by: Actor, row: SignUp, data: dict[str, Any]) -> None:
    attempt_limits.consume(CHECK_INS, str(row.pk))
    actions.check_in(by=by, sign_up=row, code=data["code"])


def _object(by: Actor, row: SignUp, data: dict[str, Any]) -> None:
    actions.object_to_absence(by=by, sign_up=row, words=data["words"])


_DEEDS: dict[str, Any] = {
    "cancel": (HelpForm, _cancel, gettext_lazy("Give your place back?"), gettext_lazy("Give it back")),
    "check-in": (forms.CheckInForm, _check_in, gettext_lazy("Check in"), gettext_lazy("I am here")),
    "object": (forms.ObjectionForm, _object, gettext_lazy("I was there"), gettext_lazy("Send")),
}


@login_required
@require_POST
def volunteer_deed(request: HttpRequest, number: int, deed: str) -> HttpResponse:
    """Make a certificate of the hours, or give the calendar feed a new address."""
    people = [each.pk for each in queries.family_volunteers(resident_for(request))]
    known = get_object_or_404(Volunteer.objects.select_related("resident"), pk=number, resident__in=people)
    by = actor_for(request)
    try:
        if deed == "certificate":
            actions.issue_certificate(by=by, volunteer=known)
        elif deed == "feed":
            actions.renew_feed(by=by, volunteer=known)
        else:
            raise Http404
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("together:own-shifts")


def find_activity(number: int) -> Activity:
    """Return an activity with its area and organizer, released or not.

    Raises:
        Http404: there is none.
    """
    return get_object_or_404(Activity.objects.select_related("area", "giver").prefetch_related("roles"), pk=number)
