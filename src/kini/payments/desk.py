"""Officers' pages: refund a payment, list refunds to transfer by hand."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.cases.models import Case
from kini.cases.public import case_at_desk
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.payments import actions, queries
from kini.payments.models import Payment, Refund
from kini.payments.permissions import PaymentPermission
from kini.people.public import officers_only, permission_filters
from kini.people.queries import actor_for
from kini.web.redirects import see_other


def _payment(request: HttpRequest, reference: str) -> tuple[Actor, Case, Payment]:
    """The officer, the case, and the payment that settled it."""
    actor, case = case_at_desk(request, reference)
    bill = queries.bill_of(case)
    payment = queries.settling_payment(bill) if bill else None
    if payment is None or payment.case_id != case.pk:
        raise Http404
    return actor, case, payment


@officers_only(PaymentPermission.REFUND)
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, reference: str) -> HttpResponse:
    """Refund the payment of a case (`reason`)."""
    actor, case, payment = _payment(request, reference)
    reason, errors = request.POST.get("reason", "").replace("\0", "").strip(), []
    if request.method == "POST":
        try:
            actions.refund_payment(by=actor, payment=payment, reason=reason)
            if payment.method == "va":
                messages.warning(request, _("Now transfer the money, then enter the reference of the transfer here."))
                return see_other("payments:desk-returns")
            messages.success(request, _("The payment is being refunded."))
            return see_other("cases:desk-case", case.reference)
        except NotAllowed:
            raise
        except ActionRefused as refusal:
            errors = [("reason", str(refusal))]
    context = {"case": case, "payment": payment, "reason": reason, "errors": errors}
    return render(request, "payments/desk_refund.html", context, status=422 if errors else 200)


@officers_only(PaymentPermission.REFUND)
@require_safe
def open_refunds(request: HttpRequest) -> HttpResponse:
    """Open refunds of cases that the officer may see, and of bills without a case."""
    return render(request, "payments/desk_returns.html", {"refunds": _open(actor_for(request))})


def _open(actor: Actor) -> list[Refund]:
    visible = Case.objects.filter(permission_filters.visible_cases_q(actor, PaymentPermission.REFUND))
    refunds = queries.open_refunds().filter(Q(payment__case__in=visible.values("pk")) | Q(payment__case=None))
    return list(refunds.select_related("payment__case", "payment__bill"))


@officers_only(PaymentPermission.REFUND)
@require_POST
def record_transfer(request: HttpRequest, refund: UUID) -> HttpResponse:
    """Record the transfer of a refund (`provider_reference`)."""
    actor = actor_for(request)
    open_refund = next((each for each in _open(actor) if each.pk == refund), None)
    if open_refund is None:
        raise Http404
    reference = request.POST.get("provider_reference", "").replace("\0", "")
    actions.record_refund(by=actor, refund=open_refund, provider_reference=reference)
    messages.success(request, _("The refund was recorded."))
    return see_other("payments:desk-returns")
