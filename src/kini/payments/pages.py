"""Residents' pages of payments: choose a method, see the code, wait for payment; and the public receipt."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.cases.models import Case
from kini.cases.public import guest_key, own_case_for_visitor, owner_only
from kini.core import attempt_limits, current_time, references
from kini.core.actors import ActionRefused
from kini.core.client_address import client_network
from kini.payments import actions, gateway, queries
from kini.payments.models import Bill, Payment
from kini.payments.providers import available_methods, configured_providers
from kini.payments.tariffs import bill_registers
from kini.people.queries import actor_for
from kini.people.rules import mask_number
from kini.web.qr import qr
from kini.web.redirects import SeeOther

#: Receipts that may be looked up from one network address.
LOOKUPS = attempt_limits.Limit("payments.receipt", count=60, seconds=3600)


def _bill(case: Case) -> Bill:
    if bill := queries.bill_of(case):
        return bill
    raise Http404


@owner_only
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose a method; posting (`method`) requests a code."""
    case = own_case_for_visitor(request, reference)
    bill = _bill(case)
    if queries.settling_payment(bill):
        return redirect("cases:case", reference=case.reference)
    error = ""
    if request.method == "POST":
        method = request.POST.get("method", "")
        if method in available_methods():
            try:
                payment = actions.request_code(
                    by=actor_for(request), case=case, method=method, guest_key=guest_key(request, case.reference)
                )
                return SeeOther(_code_address(case, payment))
            except ActionRefused as refusal:
                error = str(refusal)
        else:
            error = _("Choose how you want to pay.")
    errors = [("method", error)] if error else []
    context = {
        "case": case,
        "owed": queries.bill_statement(bill),
        "methods": available_methods(),
        "error": error,
        "errors": errors,
    }
    return render(request, "payments/pay.html", context, status=422 if error else 200)


def _code_address(case: Case, payment: Payment) -> str:
    return reverse("payments:code", args=[case.reference, payment.pk])


@owner_only
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, reference: str, payment: UUID) -> HttpResponse:
    """Page of the code. It reloads itself; posting polls the provider at once."""
    case = own_case_for_visitor(request, reference)
    current = _bill(case).payments.filter(pk=payment).first()
    if current is None:
        raise Http404
    if request.method == "POST":
        gateway.poll_payment(current)
        return SeeOther(_code_address(case, current))
    current = gateway.try_obtain_code(current)
    if queries.settling_payment(current.bill):
        return redirect("cases:case", reference=case.reference)
    context: dict[str, Any] = {
        "case": case,
        "payment": current,
        "owed": queries.bill_statement(current.bill),
        "over": current.state not in ("asked", "waiting") or current.expires_at <= current_time.now(),
        "provider": configured_providers().get(current.provider),
        "qr": qr(current.code) if current.method == "qr" and current.code else None,
    }
    return render(request, "payments/code.html", context)


def receipt_url(code: str) -> str:
    """URL of the receipt with that code; empty if there is none."""
    return reverse("payments:receipt", args=[code]) if queries.payment_of_receipt(code) else ""


@never_cache
@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Public receipt: what was paid, when and to whom; never by whom."""
    attempt_limits.consume(LOOKUPS, client_network(request))
    normalised = references.parse_code(number)
    payment = queries.payment_of_receipt(normalised) if normalised else None
    if payment is None:
        raise Http404
    register = bill_registers()[payment.bill.register]
    context = {"payment": payment, "register": register, "bill": payment.bill}
    return render(request, "payments/receipt.html", context | {"masked": mask_number(payment.bill.object)})
