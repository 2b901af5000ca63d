"""Residents' pages of payments: choose a method, see the code, wait for payment; and the public receipt."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.cases.models import Case
from kini.cases.public import guest_key, own_case_for_visitor, owner_only
from kini.core import attempt_limits, references
from kini.core.client_address import client_network
from kini.payments import actions, queries
from kini.payments.models import Bill, Payment
from kini.payments.payment_pages import PaymentFrame, answer_code, answer_pay
from kini.payments.providers.base import Method
from kini.payments.tariffs import bill_registers
from kini.people.queries import actor_for
from kini.people.rules import mask_number

#: Receipts that may be looked up from one network address.
LOOKUPS = attempt_limits.Limit("payments.receipt", count=60, seconds=3600)


def _bill(case: Case) -> Bill:
    if bill := queries.bill_of(case):
        return bill
    raise Http404


def _frame(case: Case) -> PaymentFrame:
    return PaymentFrame(
        case.reference,
        reverse("cases:case", args=[case.reference]),
        reverse("payments:pay", args=[case.reference]),
        lambda payment: reverse("payments:code", args=[case.reference, payment.pk]),
    )


@owner_only
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose a method; posting (`method`) requests a code."""
    case = own_case_for_visitor(request, reference)

    def request_code(method: Method) -> Payment:
        key = guest_key(request, case.reference)
        return actions.request_code(by=actor_for(request), case=case, method=method, guest_key=key)

    return answer_pay(request, _bill(case), _frame(case), request_code)


@owner_only
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, reference: str, payment: UUID) -> HttpResponse:
    """Page of the code. It reloads itself; posting polls the provider at once."""
    case = own_case_for_visitor(request, reference)
    current = _bill(case).payments.filter(pk=payment).first()
    if current is None:
        raise Http404
    return answer_code(request, current, _frame(case))


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
