"""Desk of the officers who coordinate help: needs to verify, pledges, disputes; also for people without a phone."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kini.city.models import Area
from kini.city.public import pack
from kini.core.actors import ActionRefused, Actor
from kini.people import actions as people_actions
from kini.people.models import User
from kini.people.public import contacts, officers_only
from kini.people.queries import actor_for
from kini.people.rules import may_somewhere
from kini.together import actions, forms, queries
from kini.together.action_guards import may_verify
from kini.together.form_page import FormPage, answer_form
from kini.together.labels import KIND_LABELS, NEED_STATES, PLEDGE_STATES
from kini.together.models import OPEN_STATES, Beneficiary, FraudHold, Need, NeedLine, Pledge
from kini.together.permissions import HelpPermission
from kini.together.pledge_pages import deliver, refuse
from kini.together.programmes import package_of, programme_of, programmes
from kini.web.formats import today

VERIFY = HelpPermission.VERIFY_NEEDS
FORM_METHODS = ["GET", "HEAD", "POST"]
LONGEST_LIST = 100
#: Next deed for a pledge in a state, and its label.
_NEXT = {
    "held": ("confirm", gettext_lazy("Confirm")),
    "confirmed": ("set-out", gettext_lazy("On the way")),
    "on-the-way": ("deliver", gettext_lazy("Delivered")),
    "delivered": ("receive", gettext_lazy("What arrived")),
    "disputed": ("decide", gettext_lazy("Decide")),
}


@officers_only(VERIFY)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Needs of the officer's area that wait, open pledges and disputes, and the places that are known."""
    inside = _inside(actor_for(request), "beneficiary__area__path")
    waiting = Need.objects.filter(inside, state="reported").select_related("beneficiary__area").order_by("created_at")
    running = Need.objects.filter(inside, state="open").select_related("beneficiary__area").prefetch_related("lines")
    pledges = Pledge.objects.filter(_inside(actor_for(request), "line__need__beneficiary__area__path"))
    pledges = pledges.filter(state__in=OPEN_STATES).select_related("line__need__beneficiary__area", "giver", "delivery")
    pledges = pledges.prefetch_related("fraud_holds")
    context = {
        "manages": may_somewhere(actor_for(request), HelpPermission.MANAGE_GIVERS),
        "held": FraudHold.objects.filter(state="open").count(),
        "volunteers": may_somewhere(actor_for(request), HelpPermission.MANAGE_VOLUNTEERS),
        "waiting": [(need, KIND_LABELS[need.beneficiary.kind]) for need in waiting[:LONGEST_LIST]],
        "pledges": [_listed(each) for each in pledges.order_by("-state", "pk")[:LONGEST_LIST]],
        "open": [queries.summarized(need) for need in running.order_by("needed_by")[:LONGEST_LIST]],
    }
    return render(request, "together/desk.html", context)


def _listed(pledge: Pledge) -> dict[str, Any]:
    label, tone = PLEDGE_STATES[pledge.state]
    return {
        "pledge": pledge,
        "package": package_of(pledge.line.need.programme, pledge.line.package),
        "state": label,
        "tone": tone,
        "delivery": getattr(pledge, "delivery", None),
        "held": any(each.state == "open" for each in pledge.fraud_holds.all()),
        "deed": _NEXT.get(pledge.state),
    }


def _inside(actor: Actor, column: str) -> Q:
    """Condition that an area's path is inside one where the officer verifies needs."""
    paths = {grant.area_path for grant in actor.grants if VERIFY in grant.permissions}
    if "" in paths:
        return Q()
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{column: path}) | Q(**{f"{column}__startswith": f"{path}/"})
    return condition


@officers_only(VERIFY)
@require_http_methods(FORM_METHODS)
def new_beneficiary(request: HttpRequest) -> HttpResponse:
    """Record a place, or a household."""

    def write(by: Actor, data: dict[str, Any]) -> str:
        values = {name: data[name] for name in ("kind", "name", "area", "address", "families", "hidden")}
        account = account_of(by, data["contact"])
        row = actions.record_beneficiary(by=by, beneficiary=actions.NewBeneficiary(**values, contact=account))
        return reverse("together:desk-beneficiary", args=[row.pk])

    page = FormPage(_("Record who needs help"), pgettext("button", "Record"), _overview(), base="web/desk_base.html")
    return answer_form(request, page, forms.BeneficiaryForm(request.POST or None, areas=_areas(request)), write)


def account_of(by: Actor, typed: str) -> User | None:
    """Account of a typed phone number or address, made when there is none; None when nothing was typed.

    Raises:
        ActionRefused: it is neither.
    """
    if not typed.strip():
        return None
    try:
        contact = contacts.parse_contact(typed, pack.current().country)
    except contacts.ContactError as error:
        raise ActionRefused(str(error)) from None
    return people_actions.open_account(by=by, contact=contact)


def _areas(request: HttpRequest) -> QuerySet[Area]:
    deepest = Area.objects.filter(active=True, children=None).filter(_inside(actor_for(request), "path"))
    return deepest.order_by("name")


def _overview() -> tuple[str, str]:
    return reverse("together:desk"), _("Mutual help")


@officers_only(VERIFY)
@require_safe
def beneficiary(request: HttpRequest, number: int) -> HttpResponse:
    """A place or household with its needs."""
    known = _beneficiary(request, number)
    context = {
        "place": known,
        "kind": KIND_LABELS[known.kind],
        "needs": [(need, *NEED_STATES[need.state]) for need in known.needs.order_by("-pk")[:LONGEST_LIST]],
        "programmes": [
            (key, each.name)
            for key, each in programmes().items()
            if known.kind in each.kinds and each.starts <= today() <= each.ends
        ],
    }
    return render(request, "together/beneficiary.html", context)


def _beneficiary(request: HttpRequest, number: int) -> Beneficiary:
    known = get_object_or_404(Beneficiary.objects.select_related("area"), pk=number)
    if not may_verify(actor_for(request), known):
        raise Http404
    return known


@officers_only(VERIFY)
@require_http_methods(FORM_METHODS)
def new_need(request: HttpRequest, number: int, programme: str) -> HttpResponse:
    """Record what a place or household needs of a programme."""
    known = _beneficiary(request, number)
    if programme not in programmes():
        raise Http404
    definition = programme_of(programme)
    form = forms.NeedForm(request.POST or None, programme=definition, household=known.kind == "household")

    def write(by: Actor, data: dict[str, Any]) -> str:
        card = data.get("family_card", "")
        need = actions.report_need(
            by=by,
            beneficiary=known,
            programme=programme,
            lines=form.lines(),
            needed_by=data["needed_by"],
            family_card=card,
        )
        return reverse("together:desk-need", args=[need.reference])

    back = (reverse("together:desk-beneficiary", args=[known.pk]), known.name)
    lead = _("A colleague verifies what you record, so that two people have seen it.")
    title = _("%(programme)s for %(place)s") % {"programme": definition.name, "place": known.name}
    return answer_form(
        request, FormPage(title, pgettext("button", "Record"), back, lead, "web/desk_base.html"), form, write
    )


@officers_only(VERIFY)
@require_safe
def need(request: HttpRequest, reference: str) -> HttpResponse:
    """One need with its pledges."""
    known = _need(request, reference)
    pledges = Pledge.objects.filter(line__need=known).select_related("line__need", "giver", "delivery")
    label, tone = NEED_STATES[known.state]
    context = {
        "shown": queries.summarized(known),
        "place": known.beneficiary,
        "kind": KIND_LABELS[known.beneficiary.kind],
        "state": label,
        "tone": tone,
        "pledges": [_listed(each) for each in pledges.prefetch_related("fraud_holds").order_by("-pk")[:LONGEST_LIST]],
        "own": known.reported_by_id == request.user.pk,
    }
    return render(request, "together/desk_need.html", context)


def _need(request: HttpRequest, reference: str) -> Need:
    rows = Need.objects.select_related("beneficiary__area").prefetch_related("lines")
    known = get_object_or_404(rows, reference=reference)
    if not may_verify(actor_for(request), known.beneficiary):
        raise Http404
    return known


@officers_only(VERIFY)
@require_http_methods(FORM_METHODS)
def need_deed(request: HttpRequest, reference: str, deed: str) -> HttpResponse:
    """Verify or withdraw a need."""
    known = _need(request, reference)
    here = reverse("together:desk-need", args=[known.reference])
    form: forms.HelpForm

    def write(by: Actor, data: dict[str, Any]) -> str:
        if deed == "verify":
            actions.verify_need(by=by, need=known)
        else:
            actions.withdraw_need(by=by, need=known, reason=data["reason"])
        return here

    if deed == "verify":
        form, title, button = forms.VerifyForm(request.POST or None), _("Verify this need"), _("I have verified it")
    elif deed == "withdraw":
        form, title, button = forms.ReasonForm(request.POST or None), _("Withdraw this need"), _("Withdraw")
    else:
        raise Http404
    page = FormPage(title, button, (here, known.reference), known.beneficiary.name, "web/desk_base.html")
    return answer_form(request, page, form, write)


@officers_only(VERIFY)
@require_http_methods(FORM_METHODS)
def counter_pledge(request: HttpRequest, line: int) -> HttpResponse:
    """Pledge for somebody at the counter, without phone and account."""
    rows = NeedLine.objects.select_related("need__beneficiary__area")
    known = get_object_or_404(rows, pk=line)
    package = package_of(known.need.programme, known.package)
    if package is None or not may_verify(actor_for(request), known.need.beneficiary):
        raise Http404
    here = reverse("together:desk-need", args=[known.need.reference])

    def write(by: Actor, data: dict[str, Any]) -> str:
        actions.hold_at_counter(by=by, line=known, quantity=data["quantity"], key=data["key"])
        return here

    title = _("%(package)s from somebody at the counter") % {"package": package.name}
    lead = _("The number of the pledge is written on paper for the giver. No name is recorded.")
    page = FormPage(title, pgettext("button", "Record"), (here, known.need.reference), lead, "web/desk_base.html")
    return answer_form(request, page, forms.PledgeForm(request.POST or None, givers=[]), write)


@officers_only(VERIFY)
@require_http_methods(FORM_METHODS)
def pledge_deed(request: HttpRequest, reference: str, deed: str) -> HttpResponse:
    """Deeds of an officer about a pledge, for a side without a phone: set out, deliver, receive, refuse, decide."""
    known = _pledge(request, reference)
    package = package_of(known.line.need.programme, known.line.package)
    if deed not in _DEEDS or package is None:
        raise Http404
    form, write, title, button = _DEEDS[deed]
    if deed == "receive" and known.line.need.beneficiary.contact_id:
        form = forms.ReceiptForm  # the contact saw the code by phone: there is no slip
    here = reverse("together:desk-need", args=[known.line.need.reference])

    def store(by: Actor, data: dict[str, Any]) -> str:
        write(by, known, data)
        return here

    words = {"quantity": known.quantity, "unit": package.unit, "place": known.line.need.beneficiary.name}
    lead = _("%(quantity)d %(unit)s for %(place)s") % words
    page = FormPage(str(title), str(button), (here, known.line.need.reference), lead, "web/desk_base.html")
    return answer_form(request, page, form(request.POST or None), store)


def _pledge(request: HttpRequest, reference: str) -> Pledge:
    rows = Pledge.objects.select_related("line__need__beneficiary__area", "giver", "delivery")
    known = get_object_or_404(rows, reference=reference)
    if not may_verify(actor_for(request), known.line.need.beneficiary):
        raise Http404
    return known


@officers_only(VERIFY)
@require_safe
def slip(request: HttpRequest, reference: str) -> HttpResponse:
    """Paper slip with the receiver's code, for a place without a phone; each print is in the audit trail."""
    known = _pledge(request, reference)
    if known.state not in OPEN_STATES:
        raise Http404
    actions.record_slip(by=actor_for(request), pledge=known)
    return render(request, "together/slip.html", _listed(known) | {"place": known.line.need.beneficiary})


def _confirm(by: Actor, pledge: Pledge, data: dict[str, Any]) -> None:
    actions.confirm_pledge(by=by, pledge=pledge, deliver_on=data["deliver_on"], stated=data["stated"])


def _set_out(by: Actor, pledge: Pledge, data: dict[str, Any]) -> None:
    actions.set_out(by=by, pledge=pledge)


def _deliver(by: Actor, pledge: Pledge, data: dict[str, Any]) -> None:
    """With the code that the deliverer was told; without one the officer confirms the delivery."""
    deliver(by, pledge, data, seconded=not data["code"])


def _receive(by: Actor, pledge: Pledge, data: dict[str, Any]) -> None:
    actions.record_receipt(by=by, pledge=pledge, quantity=data["quantity"], slip_code=data.get("slip_code"))


def _decide(by: Actor, pledge: Pledge, data: dict[str, Any]) -> None:
    actions.decide_dispute(by=by, pledge=pledge, quantity=data["quantity"], reason=data["reason"])


type _Deed = tuple[type[forms.HelpForm], Callable[[Actor, Pledge, dict[str, Any]], None], Any, Any]
_DEEDS: dict[str, _Deed] = {
    "confirm": (forms.ConfirmForm, _confirm, gettext_lazy("Confirm for the giver"), gettext_lazy("Confirm")),
    "set-out": (forms.VerifyForm, _set_out, gettext_lazy("The packages are on the way"), gettext_lazy("On the way")),
    "deliver": (forms.CounterDeliveryForm, _deliver, gettext_lazy("Record the delivery"), gettext_lazy("Delivered")),
    "receive": (forms.SlipReceiptForm, _receive, gettext_lazy("What arrived?"), pgettext_lazy("button", "Record")),
    "refuse": (forms.ReasonForm, refuse, gettext_lazy("Refuse this pledge"), gettext_lazy("Refuse")),
    "decide": (forms.DecisionForm, _decide, gettext_lazy("Decide about the difference"), gettext_lazy("Decide")),
}
