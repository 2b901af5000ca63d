"""Queries of bills and payments."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from kini.cases.models import Case
from kini.city.public import pack
from kini.core import current_time
from kini.core.crypto import keyed_hash, matches_hash
from kini.payments.models import OPEN_STATES, RECEIVED_STATES, Bill, BillCase, Payment, Refund
from kini.payments.rules import Amount
from kini.payments.tariffs import BillRegister, bill_registers, normalise_number
from kini.web.formats import today

#: Age of an unconfirmed payment from which its provider is polled, until the code has expired.
POLL_AFTER = timedelta(seconds=30)
#: Time after the expiry of a code in which money may still arrive.
GRACE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class BillStatement:
    """A bill and its amount on a day."""

    bill: Bill
    register: BillRegister
    amount: Amount
    on: date
    uncertain: bool


def proof_hash(register: str, proof: str) -> bytes:
    """Keyed hash of the proof that a payer must know; the proof itself is not stored."""
    return keyed_hash(normalise_number(proof), f"bill {register}")


def proof_matches(bill: Bill, proof: str) -> bool:
    """Compare a proof with that of a bill; hashes of older keys are accepted."""
    return matches_hash(bill.proof, normalise_number(proof), f"bill {bill.register}")


def open_bill(register: str, number: str, proof: str, period: str = "") -> Bill | None:
    """Oldest unpaid bill of an object.

    Args:
        proof: second fact that the payer must know; a wrong one finds nothing, like a wrong number.
        period: only this period, if given.
    """
    bills = Bill.objects.filter(register=register, object=normalise_number(number), withdrawn_at=None)
    bills = bills.exclude(payments__state="paid").order_by("due_on", "pk")
    if period:
        bills = bills.filter(period=period)
    return next((bill for bill in bills if bill.proof is None or proof_matches(bill, proof)), None)


def bill_statement(bill: Bill, on: date | None = None) -> BillStatement:
    """Amount of a bill on a day (default: today)."""
    register, day = bill_registers()[bill.register], on or today()
    return BillStatement(
        bill, register, register.owed(bill.principal, bill.due_on, day), day, register.uncertain(bill.due_on, day)
    )


def bill_of(case: Case) -> Bill | None:
    """Bill of a case."""
    link = BillCase.objects.select_related("bill").filter(case=case).first()
    return link.bill if link else None


def settling_payment(bill: Bill) -> Payment | None:
    """Payment that settled a bill."""
    return bill.payments.filter(state="paid").first()


def latest_refund(case: Case) -> Refund | None:
    """Latest refund of a case by an officer."""
    refunds = Refund.objects.filter(payment__case=case).exclude(reason="").select_related("payment")
    return refunds.order_by("-asked_at").first()


def live(bill: Bill) -> QuerySet[Payment]:
    """Valid codes of a bill, latest first."""
    return bill.payments.filter(state__in=OPEN_STATES, expires_at__gt=current_time.now()).order_by("-created_at")


def unconfirmed_payments(limit: int = 200) -> Iterator[Payment]:
    """Payments that no webhook has confirmed, to be polled."""
    waiting = Payment.objects.filter(state__in=OPEN_STATES, created_at__lt=current_time.now() - POLL_AFTER)
    yield from waiting.select_related("bill").order_by("expires_at")[:limit]


def is_past_grace(payment: Payment, at: datetime) -> bool:
    """Check whether a code is past its grace period."""
    return payment.expires_at + GRACE < at


def open_refunds() -> QuerySet[Refund]:
    """Open refunds."""
    return Refund.objects.filter(done_at=None).select_related("payment__bill").order_by("asked_at")


def unsettled_payments(provider: str, until: date) -> QuerySet[Payment]:
    """Payments that a provider received until a day (included) and has not settled, oldest first."""
    end = datetime.combine(until + timedelta(days=1), time(), pack.current().timezone)
    received = Payment.objects.filter(provider=provider, state__in=RECEIVED_STATES, paid_at__lt=end, settlementrow=None)
    return received.exclude(refund__done_at__isnull=False).order_by("paid_at")


def payment_of_receipt(code: str) -> Payment | None:
    """Payment of a receipt code."""
    return Payment.objects.select_related("bill__agency").filter(state="paid", receipt=code).first()


def payment_title(payment: Payment) -> str:
    """Title shown by the payer's bank, in the city's first language."""
    name = bill_registers()[payment.bill.register].name.in_language(pack.current().languages[0])
    return f"{name} {payment.bill.period}"
