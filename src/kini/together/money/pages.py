"""Pages of givers of money: pools, one pool, a gift and its payment; and of an aggregator: what a pool is spent on."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.core.actors import Actor, NotAllowed
from kini.payments.public import PaymentFrame, answer_code, answer_pay
from kini.payments.queries import settling_payment
from kini.people.models import User
from kini.people.queries import actor_for
from kini.together import actions as help_actions
from kini.together.action_guards import acts_for_giver, may_see_gift
from kini.together.form_page import FormPage, answer_form
from kini.together.forms import HelpForm
from kini.together.fraud_holds.labels import notices
from kini.together.fraud_holds.queries import holds_of
from kini.together.models import Gift, Payout, Pool
from kini.together.money import actions, forms, queries
from kini.together.money.labels import CHECKED, COSTS_PAID, GIFT_STATES, PAYOUT_STATES, POOL_STATES
from kini.together.programmes import package_of, programmes
from kini.together.queries import givers_of
from kini.web import formats
from kini.web.formats import today
from kini.web.page_cache import cache_for_anonymous

FORM_METHODS = ["GET", "HEAD", "POST"]
ON_PAGE = 20


@require_safe
@cache_for_anonymous
def pools(request: HttpRequest) -> HttpResponse:
    """Pools of money with what has arrived."""
    page = Paginator(queries.public_pools(), ON_PAGE).get_page(request.GET.get("page"))
    return render(request, "together/money/pools.html", {"page": page, "rows": [pool_row(p) for p in page.object_list]})


def pool_row(pool: Pool) -> dict[str, Any]:
    """A pool as it is listed."""
    label, tone = POOL_STATES[pool.state]
    programme = programmes().get(pool.programme)
    takes, frozen = queries.takes_gifts(pool), queries.frozen(pool)
    row = {"pool": pool, "state": label, "tone": tone, "takes": takes, "frozen": frozen}
    return row | {"programme": programme.name if programme else pool.programme}


def find_pool(reference: str) -> Pool:
    """The pool of a reference, or 404."""
    return get_object_or_404(queries.public_pools(), reference=reference)


@require_safe
def pool(request: HttpRequest, reference: str) -> HttpResponse:
    """One pool: purpose, aggregator and permit, what arrived, what it was spent on."""
    rows = Pool.objects.select_related("giver").prefetch_related("giver__permits")
    known = get_object_or_404(rows, reference=reference)
    permits = sorted(known.giver.permits.all(), key=lambda each: each.valid_until)
    context = pool_row(known) | {
        "gifts": queries.publishable_gifts(known),
        "permit": next((each for each in reversed(permits) if each.valid_from <= today()), None),
        "most_costs": int(known.received * known.costs_percent // 100),
        "spends": acts_for_giver(actor_for(request), known.giver),
        "before": known.handovers.filter(state="done").select_related("from_giver").order_by("-pk").first(),
    }
    return render(request, "together/money/pool.html", context)


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def give_money(request: HttpRequest, reference: str) -> HttpResponse:
    """Give money to a pool; the next page asks how it is paid."""
    known = find_pool(reference)
    if not queries.takes_gifts(known) and request.method != "POST":
        return redirect("together:pool", reference=known.reference)
    user = request.user.pk or 0
    givers = list(givers_of(user))

    def write(by: Actor, data: dict[str, Any]) -> str:
        giver = next((each for each in givers if data.get("giver") == str(each.pk)), None)
        giver = giver or help_actions.ensure_person(by=by, user=User.objects.get(pk=user))
        gift = actions.give_money(by=by, giver=giver, pool=known, amount=data["amount"], key=data["key"])
        return reverse("together:pay-gift", args=[gift.reference])

    page = FormPage(
        _("Give money for %(pool)s") % {"pool": known.name},
        _("Continue to payment"),
        (reverse("together:pool", args=[known.reference]), known.name),
        lead=_("Still needed: %(left)s. If the target is not reached by %(day)s, you get everything back.")
        % {"left": formats.money(known.left), "day": formats.day(known.closes_on)},
    )
    return answer_form(request, page, forms.GiftForm(request.POST or None, givers=givers), write)


def _gift(request: HttpRequest, reference: str) -> Gift:
    known = get_object_or_404(Gift.objects.select_related("pool__giver", "giver", "bill"), reference=reference)
    if not may_see_gift(actor_for(request), known):
        raise Http404
    return known


@login_required
@never_cache
@require_safe
def gift(request: HttpRequest, reference: str) -> HttpResponse:
    """One gift: its state, the way to pay, the receipt, and what the pool did."""
    known = _gift(request, reference)
    label, tone = str(GIFT_STATES[known.state][0]), GIFT_STATES[known.state][1]
    payment = settling_payment(known.bill)
    if payment and known.state == "promised":
        label, tone = _("Paid, on its way to the pool"), "info"
    context = {"gift": known, "pool": known.pool, "state": label, "tone": tone, "payment": payment}
    return render(request, "together/money/gift.html", context | {"holds": notices(holds_of(known))})


def _frame(gift: Gift) -> PaymentFrame:
    return PaymentFrame(
        gift.reference,
        reverse("together:gift", args=[gift.reference]),
        reverse("together:pay-gift", args=[gift.reference]),
        lambda payment: reverse("together:gift-code", args=[gift.reference, payment.pk]),
    )


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def pay_gift(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose how a gift is paid."""
    known = _gift(request, reference)
    if known.state != "promised" or holds_of(known).exists():
        return redirect("together:gift", reference=known.reference)
    by = actor_for(request)
    return answer_pay(
        request, known.bill, _frame(known), lambda method: actions.request_code(by=by, gift=known, method=method)
    )


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def gift_code(request: HttpRequest, reference: str, payment: UUID) -> HttpResponse:
    """The code by which a gift is paid."""
    known = _gift(request, reference)
    return answer_code(request, get_object_or_404(known.bill.payments, pk=payment), _frame(known))


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def withdraw_gift(request: HttpRequest, reference: str) -> HttpResponse:
    """Withdraw a gift that is not paid."""
    known = _gift(request, reference)
    here = reverse("together:gift", args=[known.reference])

    def write(by: Actor, data: dict[str, Any]) -> str:
        actions.withdraw_gift(by=by, gift=known)
        return here

    page = FormPage(_("Withdraw this gift"), _("Withdraw"), (here, known.reference), formats.money(known.amount))
    return answer_form(request, page, HelpForm(request.POST or None), write)


def payout_row(payout: Payout) -> dict[str, Any]:
    """A payout as its two sides and officers see it."""
    label, tone = PAYOUT_STATES[payout.state]
    if payout.sort == "costs" and payout.state == "paid":
        label, tone = COSTS_PAID
    line = payout.pledge.line if payout.pledge else None
    package = package_of(line.need.programme, line.package) if line else None
    if payout.state == "proposed" and holds_of(payout).exists():
        label, tone = CHECKED
    return {"payout": payout, "package": package, "state": label, "tone": tone}


def payouts_of(pool: Pool) -> list[dict[str, Any]]:
    """Payouts of a pool, the latest first."""
    rows = pool.payouts.select_related("pledge__line__need").order_by("-pk")
    return [payout_row(each) for each in rows[:100]]


@login_required
@never_cache
@require_safe
def spending(request: HttpRequest, reference: str) -> HttpResponse:
    """Payouts of a pool, for its aggregator's side."""
    known = _own_pool(request, reference)
    return render(request, "together/money/spending.html", pool_row(known) | {"payouts": payouts_of(known)})


def _own_pool(request: HttpRequest, reference: str) -> Pool:
    known = get_object_or_404(Pool.objects.select_related("giver"), reference=reference)
    if not acts_for_giver(actor_for(request), known.giver):
        raise Http404
    return known


@login_required
@never_cache
@require_http_methods(FORM_METHODS)
def new_payout(request: HttpRequest, reference: str) -> HttpResponse:
    """Propose a payout for the aggregator."""
    known = _own_pool(request, reference)
    return answer_payout(request, known, reverse("together:spending", args=[known.reference]))


def answer_payout(request: HttpRequest, pool: Pool, back: str, base: str = "web/base.html") -> HttpResponse:
    """Form of a proposed payout."""
    pledges = list(queries.payable_pledges(pool)[:100])

    def write(by: Actor, data: dict[str, Any]) -> str:
        pledge = next((each for each in pledges if data["pledge"] == str(each.pk)), None)
        if data["pledge"] and pledge is None:
            raise NotAllowed(_("This pledge belongs to another giver."))
        actions.propose_payout(
            by=by, pool=pool, pledge=pledge, amount=data["amount"], words=data["words"], key=data["key"]
        )
        return back

    lead = _("The pool holds %(held)s. Another person of the city checks it and transfers the money.")
    page = FormPage(
        _("Propose a payout"), _("Propose"), (back, pool.name), lead % {"held": formats.money(pool.held)}, base
    )
    return answer_form(request, page, forms.PayoutForm(request.POST or None, pledges=pledges), write)
