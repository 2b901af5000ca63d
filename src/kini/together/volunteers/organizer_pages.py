"""Pages of organizers, a group's members or officers of the area: activities, and who comes to a shift."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.city.public import pack
from kini.core import attempt_limits, current_time
from kini.core.actors import ActionRefused, Actor
from kini.core.attempt_limits import Limit
from kini.people import actions as people_actions
from kini.people.public import DataRead, contacts
from kini.people.queries import actor_for
from kini.together import actions as help_actions
from kini.together.action_guards import acts_for_giver
from kini.together.form_page import FormPage, answer_form
from kini.together.forms import HelpForm, ReasonForm
from kini.together.labels import SIGN_UP_STATES, WITNESSES
from kini.together.models import Giver
from kini.together.volunteers import actions, forms, rules
from kini.together.volunteers.guards import side_of
from kini.together.volunteers.models import Activity, Shift, SignUp
from kini.together.volunteers.pages import FORM_METHODS, find_activity

#: Type of an officer's read of the list of a shift (`people.access_log`).
ACCESS_TYPE = "volunteers"
#: Members that one account adds.
MEMBERS = Limit("together.members", count=20, seconds=86_400)
_BASES = {"organizer": "web/base.html", "officer": "web/desk_base.html"}


@login_required
@never_cache
@require_safe
def group(request: HttpRequest, number: int) -> HttpResponse:
    """A group's activities with their shifts, and its members."""
    known = _group(request, number)
    context = {
        "giver": known,
        "owns": known.owner_id == request.user.pk,
        "members": 1 + known.members.count(),
        "activities": [
            (each, upcoming_shifts(each))
            for each in known.activities.filter(ended_at=None).select_related("area").order_by("-pk")[:30]
        ],
    }
    return render(request, "together/volunteers/group.html", context)


def upcoming_shifts(activity: Activity) -> list[Shift]:
    """Shifts that are not long over, with their roles; also cancelled ones."""
    since = current_time.now() - rules.RECORD_WITHIN
    return list(activity.shifts.filter(ends_at__gte=since).prefetch_related("roles").order_by("starts_at")[:12])


def _group(request: HttpRequest, number: int) -> Giver:
    known = get_object_or_404(Giver.objects.exclude(kind="person"), pk=number)
    if not acts_for_giver(actor_for(request), known):
        raise Http404
    return known


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def new_member(request: HttpRequest, number: int) -> HttpResponse:
    """Let another account act for the group."""
    known = _group(request, number)
    here = reverse("together:group", args=[known.pk])

    def write(by: Actor, data: dict[str, Any]) -> str:
        try:
            contact = contacts.parse_contact(data["contact"], pack.current().country)
        except contacts.ContactError as error:
            raise ActionRefused(str(error)) from None
        attempt_limits.consume(MEMBERS, str(by.user_id))
        # An account that is missing is opened, as at the sign-in: an answer that differs would tell who has one.
        user = people_actions.open_account(by=by, contact=contact)
        help_actions.add_member(by=by, giver=known, user=user)
        return here

    lead = _("Members give in the name of the group, plan its activities, and see who comes.")
    page = FormPage(_("Add a member"), _("Add"), (here, known.name), lead)
    return answer_form(request, page, forms.MemberForm(request.POST or None), write)


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def new_activity(request: HttpRequest, number: int) -> HttpResponse:
    """Record an activity of a group; an officer releases it."""
    known = _group(request, number)
    here = reverse("together:group", args=[known.pk])
    form = forms.ActivityForm(request.POST or None)

    def write(by: Actor, data: dict[str, Any]) -> str:
        actions.record_activity(by=by, giver=known, activity=form.activity(), roles=form.roles())
        return here

    lead = _("An officer of the area reads it before it is public.")
    return answer_form(
        request, FormPage(_("New activity"), pgettext("button", "Record"), (here, known.name), lead), form, write
    )


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def activity_deed(request: HttpRequest, number: int, deed: str) -> HttpResponse:
    """Change or end an activity."""
    known = find_activity(number)
    side = side_of(actor_for(request), known)
    if not side or deed not in ("change", "end"):
        raise Http404
    here = _home(known, side)
    form: HelpForm
    change = forms.ActivityChangeForm(request.POST or None, activity=known)

    def write(by: Actor, data: dict[str, Any]) -> str:
        if deed == "change":
            actions.change_activity(by=by, activity=known, change=change.activity())
        else:
            actions.end_activity(by=by, activity=known)
        return here[0]

    if deed == "change":
        form, title, button = change, _("Change the activity"), _("Save")
        lead = _("Shifts for which somebody signed up stay as they are.")
    else:
        form, title, button = HelpForm(request.POST or None), _("End this activity?"), _("End it")
        lead = _("Shifts without volunteers are removed. Cancel the others one by one, so that everybody is told.")
    return answer_form(request, FormPage(title, button, here, lead, _BASES[side]), form, write)


def _home(activity: Activity, side: str) -> tuple[str, str]:
    """Address and label of the page to which an organizer or officer returns."""
    if side == "organizer" and activity.giver:
        return reverse("together:group", args=[activity.giver.pk]), activity.giver.name
    return reverse("together:desk-volunteers"), _("Volunteers")


@login_required
@never_cache
@require_safe
def shift(request: HttpRequest, number: int) -> HttpResponse:
    """People of a shift, with the code of the place; emergency contacts during the shift only."""
    known, side = _shift(request, number)
    rows = list(known.sign_ups.exclude(state="cancelled").select_related("role", "volunteer__resident").order_by("pk"))
    reads = [DataRead(each.volunteer.resident_id, object_id=f"{each.pk}") for each in rows]
    people_actions.log_reads(by=actor_for(request), what=ACCESS_TYPE, reads=reads)
    now = current_time.now()
    during = rules.may_check_in(known.starts_at, known.ends_at, now)
    context = {
        "shift": known,
        "activity": known.activity,
        "base": _BASES[side],
        "home": _home(known.activity, side),
        "rows": [_person(each, during, now) for each in rows],
        "may_cancel": known.cancelled_at is None and now < known.starts_at,
    }
    return render(request, "together/volunteers/shift.html", context)


def _person(row: SignUp, during: bool, now: Any) -> dict[str, Any]:
    label, tone = SIGN_UP_STATES[row.state]
    recordable = rules.may_record_who_came(row.shift.starts_at, row.shift.ends_at, now)
    return {
        "row": row,
        "name": row.volunteer.resident.name,
        "emergency": row.volunteer.emergency_contact if during else "",
        "label": label,
        "tone": tone,
        "witness": WITNESSES.get(row.witness, ""),
        "came": recordable and row.state in ("booked", "absent"),
        "absent": recordable and row.state == "booked" and now >= row.shift.starts_at,
    }


def _shift(request: HttpRequest, number: int) -> tuple[Shift, str]:
    known = get_object_or_404(Shift.objects.select_related("activity__area", "activity__giver"), pk=number)
    side = side_of(actor_for(request), known.activity)
    if not side:
        raise Http404
    return known, side


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def cancel_shift(request: HttpRequest, number: int) -> HttpResponse:
    """Cancel a shift with a reason, which everybody who signed up reads."""
    known, side = _shift(request, number)

    def write(by: Actor, data: dict[str, Any]) -> str:
        actions.cancel_shift(by=by, shift=known, reason=data["reason"])
        return _home(known.activity, side)[0]

    back = (reverse("together:shift", args=[known.pk]), known.activity.name)
    lead = _("Everybody who signed up gets a message with the reason.")
    page = FormPage(_("Cancel this shift"), _("Cancel it"), back, lead, _BASES[side])
    return answer_form(request, page, ReasonForm(request.POST or None), write)


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def attendance(request: HttpRequest, number: int, deed: str) -> HttpResponse:
    """Record by hand that somebody came, or did not come."""
    rows = SignUp.objects.select_related("shift__activity__area", "shift__activity__giver", "volunteer__resident")
    known = get_object_or_404(rows, pk=number)
    side = side_of(actor_for(request), known.shift.activity)
    if not side or deed not in ("came", "absent"):
        raise Http404
    here = reverse("together:shift", args=[known.shift_id])
    reads = [DataRead(known.volunteer.resident_id, object_id=f"{known.pk}")]
    people_actions.log_reads(by=actor_for(request), what=ACCESS_TYPE, reads=reads)
    form: HelpForm

    def write(by: Actor, data: dict[str, Any]) -> str:
        if deed == "came":
            actions.record_attendance(by=by, sign_up=known, minutes=data["minutes"])
        else:
            actions.record_absence(by=by, sign_up=known)
        return here

    if deed == "came":
        form, title = forms.AttendanceForm(request.POST or None), _("%(name)s came")
    else:
        form, title = HelpForm(request.POST or None), _("%(name)s did not come")
    title %= {"name": known.volunteer.resident.name}
    lead = "" if deed == "came" else _("They see that the organizers or officers said so, and may object.")
    return answer_form(
        request, FormPage(title, pgettext("button", "Record"), (here, _("Shift")), lead, _BASES[side]), form, write
    )
