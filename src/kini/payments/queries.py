"""Queries of bills and payments."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from kini.cases.models import Case
from kini.city import pack
from kini.core import moments
from kini.core.crypto import is_hash_of, keyed_hash
from kini.payments.models import ARRIVED, LIVE, Bill, BillCase, Payment, Refund
from kini.payments.registers import Register, compact, registers
from kini.payments.rules import Amount
from kini.web.formats import today

#: Age of an unconfirmed payment from which its provider is polled, until the code has expired.
ASKED_AFTER = timedelta(seconds=30)
#: Time after the expiry of a code in which money may still arrive.
GRACE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Owed:
    """A bill and its amount on a day."""

    bill: Bill
    register: Register
    amount: Amount
    on: date
    uncertain: bool


def proof_hash(register: str, proof: str) -> bytes:
    """Keyed hash of the proof that a payer must know; the proof itself is not stored."""
    return keyed_hash(compact(proof), f"bill {register}")


def is_proof(bill: Bill, proof: str) -> bool:
    """Compare a proof with that of a bill; hashes of older keys are accepted."""
    return is_hash_of(bill.proof, compact(proof), f"bill {bill.register}")


def open_bill(register: str, number: str, proof: str, period: str = "") -> Bill | None:
    """Oldest unpaid bill of an object.

    Args:
        proof: second fact that the payer must know; a wrong one finds nothing, like a wrong number.
        period: only this period, if given.
    """
    found = Bill.objects.filter(register=register, object=compact(number), withdrawn_at=None)
    found = found.exclude(payments__state="paid").order_by("due_on", "pk")
    if period:
        found = found.filter(period=period)
    return next((bill for bill in found if bill.proof is None or is_proof(bill, proof)), None)


def owed(bill: Bill, on: date | None = None) -> Owed:
    """Amount of a bill on a day (default: today)."""
    register, day = registers()[bill.register], on or today()
    return Owed(
        bill, register, register.owed(bill.principal, bill.due_on, day), day, register.uncertain(bill.due_on, day)
    )


def bill_of(case: Case) -> Bill | None:
    """Bill of a case."""
    link = BillCase.objects.select_related("bill").filter(case=case).first()
    return link.bill if link else None


def paid(bill: Bill) -> Payment | None:
    """Payment that settled a bill."""
    return bill.payments.filter(state="paid").first()


def given_back(case: Case) -> Refund | None:
    """Latest refund of a case by an officer."""
    found = Refund.objects.filter(payment__case=case).exclude(reason="").select_related("payment")
    return found.order_by("-asked_at").first()


def live(bill: Bill) -> QuerySet[Payment]:
    """Valid codes of a bill, latest first."""
    return bill.payments.filter(state__in=LIVE, expires_at__gt=moments.now()).order_by("-created_at")


def unheard(limit: int = 200) -> Iterator[Payment]:
    """Payments that no webhook has confirmed, to be polled."""
    waiting = Payment.objects.filter(state__in=LIVE, created_at__lt=moments.now() - ASKED_AFTER)
    yield from waiting.select_related("bill").order_by("expires_at")[:limit]


def over(payment: Payment, at: datetime) -> bool:
    """Check whether a code is past its grace period."""
    return payment.expires_at + GRACE < at


def returns_open() -> QuerySet[Refund]:
    """Open refunds."""
    return Refund.objects.filter(done_at=None).select_related("payment__bill").order_by("asked_at")


def unsettled(provider: str, until: date) -> QuerySet[Payment]:
    """Payments that a provider received until a day (included) and has not settled, oldest first."""
    end = datetime.combine(until + timedelta(days=1), time(), pack.current().timezone)
    taken = Payment.objects.filter(provider=provider, state__in=ARRIVED, paid_at__lt=end, settlementrow=None)
    return taken.exclude(refund__done_at__isnull=False).order_by("paid_at")


def receipt(code: str) -> Payment | None:
    """Payment of a receipt code."""
    return Payment.objects.select_related("bill__agency").filter(state="paid", receipt=code).first()


def title_of(payment: Payment) -> str:
    """Title shown by the payer's bank, in the city's first language."""
    name = registers()[payment.bill.register].name.in_language(pack.current().languages[0])
    return f"{name} {payment.bill.period}"
