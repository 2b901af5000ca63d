"""The two pages on which a bill is paid, for a case or for a bill of another room: choose a method, see the code."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.payments import gateway, queries
from kini.payments.models import Bill, Payment
from kini.payments.providers import available_methods, configured_providers
from kini.payments.providers.base import Method
from kini.web.qr import qr
from kini.web.redirects import SeeOther


@dataclass(frozen=True, slots=True)
class PaymentFrame:
    """The case or thing that a bill is for, and its addresses.

    Attributes:
        title: number of the case or thing.
        back: address of its page, where the receipt is shown.
        pay: address on which a method is chosen.
        code: address of a payment's code.
    """

    title: str
    back: str
    pay: str
    code: Callable[[Payment], str]


def answer_pay(
    request: HttpRequest, bill: Bill, frame: PaymentFrame, request_code: Callable[[Method], Payment]
) -> HttpResponse:
    """Choose a method; posting (`method`) requests a code."""
    if queries.settling_payment(bill):
        return redirect(frame.back)
    error = ""
    if request.method == "POST":
        method = next((each for each in available_methods() if each == request.POST.get("method")), None)
        if method is None:
            error = _("Choose how you want to pay.")
        else:
            try:
                return SeeOther(frame.code(request_code(method)))
            except ActionRefused as refusal:
                error = str(refusal)
    context = {
        "frame": frame,
        "owed": queries.bill_statement(bill),
        "methods": available_methods(),
        "error": error,
        "errors": [("method", error)] if error else [],
    }
    return render(request, "payments/pay.html", context, status=422 if error else 200)


def answer_code(request: HttpRequest, payment: Payment, frame: PaymentFrame) -> HttpResponse:
    """Page of the code. It reloads itself; posting polls the provider at once."""
    if request.method == "POST":
        gateway.poll_payment(payment)
        return SeeOther(frame.code(payment))
    payment = gateway.try_obtain_code(payment)
    if queries.settling_payment(payment.bill):
        return redirect(frame.back)
    context = {
        "frame": frame,
        "here": frame.code(payment),
        "payment": payment,
        "owed": queries.bill_statement(payment.bill),
        "over": payment.state not in ("asked", "waiting") or payment.expires_at <= current_time.now(),
        "provider": configured_providers().get(payment.provider),
        "qr": qr(payment.code) if payment.method == "qr" and payment.code else None,
    }
    return render(request, "payments/code.html", context)
