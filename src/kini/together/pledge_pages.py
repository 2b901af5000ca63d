"""Pages of givers and of receiving sides: pledge, confirm, set out, deliver, and say what arrived."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.core.actors import ActionRefused, Actor
from kini.core.ids import parse_pk
from kini.people.models import User
from kini.people.queries import actor_for
from kini.together import actions, forms, queries
from kini.together.action_guards import acts_for_giver, is_contact
from kini.together.actions.delivery_steps import WrongCode
from kini.together.form_page import FormPage, answer_form
from kini.together.fraud_holds.labels import notices
from kini.together.fraud_holds.queries import holds_of
from kini.together.labels import PLEDGE_STATES
from kini.together.models import DeliveryPhoto, NeedLine, Pledge
from kini.together.money import queries as money_queries
from kini.together.money.labels import GIFT_STATES
from kini.together.programmes import Package, package_of

FORM_METHODS = ["GET", "HEAD", "POST"]


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def give(request: HttpRequest, line: int) -> HttpResponse:
    """Pledge packages of one line."""
    known = get_object_or_404(NeedLine.objects.select_related("need__beneficiary__area"), pk=line)
    package = package_of(known.need.programme, known.package)
    if not queries.is_public(known.need) or package is None:
        raise Http404
    givers = list(queries.givers_of(request.user.pk or 0))

    def write(by: Actor, data: dict[str, Any]) -> str:
        giver = next((each for each in givers if data.get("giver") == str(each.pk)), None)
        giver = giver or actions.ensure_person(by=by, user=User.objects.get(pk=request.user.pk or 0))
        pledge = actions.hold_pledge(by=by, giver=giver, line=known, quantity=data["quantity"], key=data["key"])
        return reverse("together:pledge", args=[pledge.reference])

    page = FormPage(
        _("Give to %(place)s") % {"place": known.need.beneficiary.name},
        _("Hold it for me"),
        (reverse("together:need", args=[known.need.reference]), known.need.beneficiary.name),
        lead=_("%(package)s. Still needed: %(left)d of %(needed)d %(unit)s.")
        % {"package": package.name, "left": known.left, "needed": known.needed, "unit": package.unit},
        context={"line": known},
    )
    form = forms.PledgeForm(request.POST or None, givers=givers)
    return answer_form(request, page, form, write, "together/give.html")


@login_required
@never_cache
@require_safe
def own_help(request: HttpRequest) -> HttpResponse:
    """Pledges that one gives, and those that one receives for a neighbourhood or institution."""
    user = request.user.pk or 0
    context = {
        "given": [_listed(each) for each in queries.pledges_of(user)[:50]],
        "received": [_listed(each) for each in queries.pledges_for(user)[:50]],
        "money": [(each, *GIFT_STATES[each.state]) for each in money_queries.gifts_of(user)[:50]],
        "pools": money_queries.pools_of(user)[:50],
        "givers": [each for each in queries.givers_of(user) if each.kind != "person"],
    }
    return render(request, "together/own.html", context)


def _listed(pledge: Pledge) -> dict[str, Any]:
    label, tone = PLEDGE_STATES[pledge.state]
    package = package_of(pledge.line.need.programme, pledge.line.package)
    return {"pledge": pledge, "package": package, "state": label, "tone": tone}


@login_required
@never_cache
@require_safe
def pledge(request: HttpRequest, reference: str) -> HttpResponse:
    """One pledge, for its two sides: the state, and the one thing to do next."""
    known, by, _package = _own_pledge(request, reference)
    receives = is_contact(by, known.line.need.beneficiary)
    context = _listed(known) | {
        "place": known.line.need.beneficiary,
        "gives": acts_for_giver(by, known.giver),
        "receives": receives,
        "delivery": getattr(known, "delivery", None),
        "photos": DeliveryPhoto.objects.filter(delivery__pledge=known).order_by("pk"),
        "holds": notices(holds_of(known)),
        "public": queries.is_public(known.line.need),
    }
    return render(request, "together/pledge.html", context)


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def deed(request: HttpRequest, reference: str, deed: str) -> HttpResponse:
    """A form about a pledge: confirm, deliver, receive, withdraw or refuse; setting out needs no form."""
    known, by, package = _own_pledge(request, reference)
    here = reverse("together:pledge", args=[known.reference])
    if deed == "set-out":
        if request.method == "POST":
            try:
                actions.set_out(by=by, pledge=known)
            except ActionRefused as refusal:
                messages.error(request, str(refusal))
        return redirect(here)
    if deed not in _DEEDS:
        raise Http404
    form, write, title, button = _DEEDS[deed]

    def store(by: Actor, data: dict[str, Any]) -> str:
        write(by, known, data)
        return here

    words = {"quantity": known.quantity, "unit": package.unit, "place": known.line.need.beneficiary.name}
    page = FormPage(
        str(title), str(button), (here, known.reference), lead=_("%(quantity)d %(unit)s for %(place)s") % words
    )
    return answer_form(request, page, form(request.POST or None), store)


def _confirm(by: Actor, pledge: Pledge, data: dict[str, Any]) -> None:
    actions.confirm_pledge(by=by, pledge=pledge, deliver_on=data["deliver_on"], stated=data["stated"])


def deliver(by: Actor, pledge: Pledge, data: dict[str, Any], *, seconded: bool = False) -> None:
    """Record a delivery; a wrong code is a refusal, but its try is stored."""
    result = actions.record_delivery(
        by=by, pledge=pledge, code=data["code"], quantity=data["quantity"], key=data["key"], seconded=seconded
    )
    if isinstance(result, WrongCode):
        raise result


def _receive(by: Actor, pledge: Pledge, data: dict[str, Any]) -> None:
    """Record what arrived."""
    actions.record_receipt(by=by, pledge=pledge, quantity=data["quantity"])


def _withdraw(by: Actor, pledge: Pledge, data: dict[str, Any]) -> None:
    actions.withdraw_pledge(by=by, pledge=pledge, reason=data["reason"])


def refuse(by: Actor, pledge: Pledge, data: dict[str, Any]) -> None:
    """Refuse a pledge for the receiving side."""
    actions.refuse_pledge(by=by, pledge=pledge, reason=data["reason"])


_DEEDS: dict[str, Any] = {
    "confirm": (forms.ConfirmForm, _confirm, gettext_lazy("Confirm your pledge"), gettext_lazy("Confirm")),
    "deliver": (forms.DeliveryForm, deliver, gettext_lazy("Record the delivery"), gettext_lazy("Delivered")),
    "receive": (forms.ReceiptForm, _receive, gettext_lazy("What arrived?"), pgettext_lazy("button", "Record")),
    "withdraw": (forms.ReasonForm, _withdraw, gettext_lazy("Withdraw this pledge"), gettext_lazy("Withdraw")),
    "refuse": (forms.ReasonForm, refuse, gettext_lazy("Refuse this pledge"), gettext_lazy("Refuse")),
}


def _own_pledge(request: HttpRequest, reference: str) -> tuple[Pledge, Actor, Package]:
    by = actor_for(request)
    rows = Pledge.objects.select_related("line__need__beneficiary__area", "giver", "delivery")
    known = get_object_or_404(rows, reference=reference)
    package = package_of(known.line.need.programme, known.line.package)
    if package is None or not (acts_for_giver(by, known.giver) or is_contact(by, known.line.need.beneficiary)):
        raise Http404
    return known, by, package


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def new_giver(request: HttpRequest) -> HttpResponse:
    """Register a group or firm; who came from a need goes back to it."""
    line = NeedLine.objects.filter(pk=parse_pk(request.GET.get("line"))).first()
    back = reverse("together:give", args=[line.pk]) if line else reverse("together:own")

    def write(by: Actor, data: dict[str, Any]) -> str:
        owner = User.objects.get(pk=request.user.pk or 0)
        actions.record_giver(by=by, kind=data["kind"], name=data["name"], owner=owner)
        return back

    page = FormPage(
        _("Give as a group or firm"),
        _("Register"),
        (back, _("Back") if line else _("My help")),
        lead=_("Its name is shown with its gifts. Without it you give as a resident whose name nobody sees."),
    )
    return answer_form(request, page, forms.GiverForm(request.POST or None), write)
