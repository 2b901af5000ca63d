"""Desk of coordinators: pools, payouts that wait for a second person; and gifts of people at a counter."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from kini.core.actors import Actor
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.people.rules import may_somewhere
from kini.together.form_page import FormPage, answer_form
from kini.together.forms import HelpForm, ReasonForm
from kini.together.models import Payout, Pool, PoolHandover
from kini.together.money import actions, forms, queries
from kini.together.money.pages import FORM_METHODS, ON_PAGE, answer_payout, payout_row, payouts_of, pool_row
from kini.together.permissions import HelpPermission
from kini.web import formats

MANAGE, VERIFY = HelpPermission.MANAGE_GIVERS, HelpPermission.VERIFY_NEEDS
BASE = "web/desk_base.html"


@officers_only(VERIFY)
@require_safe
def pools(request: HttpRequest) -> HttpResponse:
    """All pools; for coordinators also the payouts that wait."""
    rows = Pool.objects.select_related("giver").prefetch_related("giver__permits").order_by("state", "-pk")
    page = Paginator(rows, ON_PAGE).get_page(request.GET.get("page"))
    waiting = Payout.objects.filter(state="proposed").select_related("pool__giver", "pledge__line__need")
    manages = may_somewhere(actor_for(request), MANAGE)
    context = {
        "page": page,
        "rows": [pool_row(each) for each in page.object_list],
        "manages": manages,
        "waiting": [payout_row(each) for each in waiting.order_by("pk")[:100]] if manages else [],
    }
    return render(request, "together/money/desk_pools.html", context)


@officers_only(MANAGE)
@require_http_methods(FORM_METHODS)
def new_pool(request: HttpRequest) -> HttpResponse:
    """Open a pool of an aggregator."""

    def write(by: Actor, data: dict[str, Any]) -> str:
        names = ("giver", "programme", "name", "purpose", "target", "closes_on")
        row = actions.open_pool(by=by, pool=actions.NewPool(**{name: data[name] for name in names}))
        return reverse("together:desk-pool", args=[row.reference])

    lead = _("Purpose, target and last day stay as they are. Without the target every gift is refunded.")
    page = FormPage(_("Open a pool"), _("Open"), _back(), lead, BASE)
    return answer_form(request, page, forms.PoolForm(request.POST or None), write)


def _back() -> tuple[str, str]:
    return reverse("together:desk-pools"), _("Pools of money")


def _pool(reference: str) -> Pool:
    rows = Pool.objects.select_related("giver").prefetch_related("giver__permits")
    return get_object_or_404(rows, reference=reference)


@officers_only(MANAGE)
@require_safe
def pool(request: HttpRequest, reference: str) -> HttpResponse:
    """A pool with its payouts and what can be done with them."""
    known = _pool(reference)
    handovers = known.handovers.select_related("from_giver", "to_giver").order_by("-pk")
    context = pool_row(known) | {"payouts": payouts_of(known), "handovers": handovers[:20]}
    return render(request, "together/money/desk_pool.html", context)


@officers_only(MANAGE)
@require_http_methods(FORM_METHODS)
def new_handover(request: HttpRequest, reference: str) -> HttpResponse:
    """Propose what becomes of a frozen pool."""
    known = _pool(reference)
    here = reverse("together:desk-pool", args=[reference])
    if not queries.frozen(known) or known.state == "short":
        raise Http404

    def write(by: Actor, data: dict[str, Any]) -> str:
        actions.propose_handover(by=by, pool=known, to_giver=data["to_giver"], reason=data["reason"])
        return here

    lead = _("%(held)s are frozen. A second officer of neither side decides about what you propose.")
    lead %= {"held": formats.money(known.held)}
    page = FormPage(_("Hand over or refund"), _("Propose"), (here, known.name), lead, BASE)
    return answer_form(request, page, forms.HandoverForm(request.POST or None, pool=known), write)


@officers_only(MANAGE)
@require_http_methods(FORM_METHODS)
def handover_deed(request: HttpRequest, number: int, deed: str) -> HttpResponse:
    """Carry out what a colleague proposed for a frozen pool, or decline it."""
    rows = PoolHandover.objects.select_related("pool", "to_giver")
    known = get_object_or_404(rows, pk=number, state="proposed")
    here = reverse("together:desk-pool", args=[known.pool.reference])
    if deed not in ("agree", "decline"):
        raise Http404

    def write(by: Actor, data: dict[str, Any]) -> str:
        actions.decide_handover(by=by, handover=known, agreed=deed == "agree")
        return here

    words = {"pool": known.pool.name, "name": known.to_giver.name if known.to_giver else ""}
    lead = (_("%(pool)s goes to %(name)s.") if known.to_giver else _("Every gift to %(pool)s is refunded.")) % words
    title = _("Agree to this") if deed == "agree" else _("Decline this")
    page = FormPage(title, title, (here, known.pool.name), f"{lead} {known.reason}", BASE)
    return answer_form(request, page, HelpForm(request.POST or None), write)


@officers_only(MANAGE)
@require_http_methods(FORM_METHODS)
def new_payout(request: HttpRequest, reference: str) -> HttpResponse:
    """Propose a payout for an aggregator; somebody else pays it."""
    return answer_payout(request, _pool(reference), reverse("together:desk-pool", args=[reference]), BASE)


@officers_only(VERIFY)
@require_http_methods(FORM_METHODS)
def give_money(request: HttpRequest, reference: str) -> HttpResponse:
    """Record the gift of somebody at the counter, who pays it with the code or account number."""
    known = _pool(reference)

    def write(by: Actor, data: dict[str, Any]) -> str:
        gift = actions.give_at_counter(by=by, pool=known, amount=data["amount"], key=data["key"])
        return reverse("together:pay-gift", args=[gift.reference])

    lead = _("No name is recorded. Choose the virtual account and write its number and the number of the gift down.")
    page = FormPage(_("From somebody at the counter"), _("Continue to payment"), _back(), lead, BASE)
    if not queries.takes_gifts(known):
        raise Http404
    return answer_form(request, page, forms.CounterGiftForm(request.POST or None), write)


@officers_only(MANAGE)
@require_http_methods(FORM_METHODS)
def payout_deed(request: HttpRequest, number: int, deed: str) -> HttpResponse:
    """Pay a proposed payout, decline it, or record that its money came back."""
    known = get_object_or_404(Payout.objects.select_related("pool__giver"), pk=number)
    here = reverse("together:desk-pool", args=[known.pool.reference])
    form: HelpForm
    if deed == "pay":
        form, title, button = forms.TransferForm(request.POST or None), _("Pay this out"), _("Transferred")
    elif deed == "decline":
        form, title, button = ReasonForm(request.POST or None), _("Decline this payout"), _("Decline")
    elif deed == "return":
        form, title, button = ReasonForm(request.POST or None), _("The money came back"), pgettext("button", "Record")
    else:
        raise Http404

    def write(by: Actor, data: dict[str, Any]) -> str:
        if deed == "pay":
            actions.pay_out(by=by, payout=known, transfer=data["transfer"])
        elif deed == "decline":
            actions.decline_payout(by=by, payout=known, reason=data["reason"])
        else:
            actions.record_return(by=by, payout=known, reason=data["reason"])
        return here

    words = {"amount": formats.money(known.amount), "name": known.pool.giver.name}
    lead = _("%(amount)s to %(name)s. Transfer it first, then enter the bank's reference.") % words
    page = FormPage(title, button, (here, known.pool.name), lead if deed == "pay" else words["amount"], BASE)
    return answer_form(request, page, form, write)
