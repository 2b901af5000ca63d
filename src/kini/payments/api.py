"""API of payments: the bill of a case, a code to pay it with, the state of a payment."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from pydantic import Field

from kini.api.auth import principal_of
from kini.api.operations import In, Out, Router
from kini.cases.models import Case
from kini.cases.public import READ, WRITE, own_case
from kini.city.public import pack
from kini.payments import actions, gateway, queries
from kini.payments.models import Bill, Payment
from kini.payments.providers import available_methods

router = Router()


class BillOut(Out):
    """A bill as of today. Amounts are in whole units of the city's currency."""

    name: str
    object: str = Field(description="Number of the object that the bill is for.")
    period: str
    due_on: date
    principal: int
    fine: int
    relief: int
    total: int = Field(description="Amount due if paid on the day `on`.")
    on: date
    currency: str
    paid: bool
    receipt: str | None = Field(description="Number by which anybody can verify the payment.")
    made_up: bool = Field(description="Sample bill; no money moves.")
    methods: list[str] = Field(description="Available payment methods.")


class NewPayment(In):
    """The chosen payment method."""

    method: Literal["qr", "va"] = Field(description="qr: a QR code; va: the number of a virtual account.")


class PaymentOut(Out):
    """A code to pay with. `state`: asked, waiting, paid, surplus, expired or failed."""

    id: str
    method: str
    amount: int
    state: str
    code: str | None = Field(description="QR payload or account number; null until the provider has returned it.")
    expires_at: datetime
    receipt: str | None


@router.get("/cases/{reference}/bill", needs=READ)
def read_bill(request: HttpRequest, reference: str) -> BillOut:
    """The bill of a case."""
    bill = _bill(own_case(principal_of(request), reference))
    owed, paid = queries.bill_statement(bill), queries.settling_payment(bill)
    return BillOut(
        name=str(owed.register.name),
        object=bill.object,
        period=bill.period,
        due_on=bill.due_on,
        principal=owed.amount.principal,
        fine=owed.amount.fine,
        relief=owed.amount.relief,
        total=owed.amount.total,
        on=owed.on,
        currency=pack.current().currency,
        paid=paid is not None,
        receipt=paid.receipt if paid else None,
        made_up=bill.made_up,
        methods=list(available_methods()),
    )


# Without an idempotency key: a repeated request returns the same code, and no transaction waits for the provider.
@router.post("/cases/{reference}/payments", needs=WRITE, made_at="/cases/{reference}/payments/{id}", key="")
def begin_payment(request: HttpRequest, reference: str, body: NewPayment) -> PaymentOut:
    """Request a code: the one that is still valid, or a new one."""
    caller = principal_of(request)
    case = own_case(caller, reference)
    payment = actions.request_code(by=caller.actor, case=case, method=body.method, guest_key=caller.guest_key)
    return _payment_out(gateway.try_obtain_code(payment))


@router.get("/cases/{reference}/payments/{uuid:payment}", needs=READ)
def read_payment(request: HttpRequest, reference: str, payment: UUID) -> PaymentOut:
    """State of a payment."""
    return _payment_out(_bill(own_case(principal_of(request), reference)).payments.get(pk=payment))


def _bill(case: Case) -> Bill:
    if bill := queries.bill_of(case):
        return bill
    raise Http404


def _payment_out(payment: Payment) -> PaymentOut:
    return PaymentOut(
        id=str(payment.pk),
        method=payment.method,
        amount=payment.amount,
        state=payment.state,
        code=payment.code or None,
        expires_at=payment.expires_at,
        receipt=payment.receipt or None,
    )
