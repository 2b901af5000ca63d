"""Reads of bills and payments."""

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

#: A provider is asked about a code that nobody has told of after this long, and again until it has expired.
ASKED_AFTER = timedelta(seconds=30)
#: Money may be on its way for some time after a code has expired.
GRACE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Owed:
    """A bill as it stands on a day."""

    bill: Bill
    register: Register
    amount: Amount
    on: date
    uncertain: bool


def proof_hash(register: str, proof: str) -> bytes:
    """By which what a payer knows is compared; the fact itself is not kept."""
    return keyed_hash(compact(proof), f"bill {register}")


def is_proof(bill: Bill, proof: str) -> bool:
    """Compare a proof with what the payer of a bill must know; an older key may have hashed it."""
    return is_hash_of(bill.proof, compact(proof), f"bill {bill.register}")


def open_bill(register: str, number: str, proof: str, period: str = "") -> Bill | None:
    """The oldest bill of a thing that is not paid yet.

    Args:
        proof: what else the payer must know; a wrong one finds nothing, in the same words as a wrong number.
        period: only of that period, when it is given.
    """
    found = Bill.objects.filter(register=register, object=compact(number), withdrawn_at=None)
    found = found.exclude(payments__state="paid").order_by("due_on", "pk")
    if period:
        found = found.filter(period=period)
    return next((bill for bill in found if bill.proof is None or is_proof(bill, proof)), None)


def owed(bill: Bill, on: date | None = None) -> Owed:
    """What a bill amounts to on a day (today)."""
    register, day = registers()[bill.register], on or today()
    return Owed(
        bill, register, register.owed(bill.principal, bill.due_on, day), day, register.uncertain(bill.due_on, day)
    )


def bill_of(case: Case) -> Bill | None:
    """The bill that a case is about."""
    link = BillCase.objects.select_related("bill").filter(case=case).first()
    return link.bill if link else None


def paid(bill: Bill) -> Payment | None:
    """The payment that paid a bill."""
    return bill.payments.filter(state="paid").first()


def given_back(case: Case) -> Refund | None:
    """The latest payment of a case that an officer gave back."""
    found = Refund.objects.filter(payment__case=case).exclude(reason="").select_related("payment")
    return found.order_by("-asked_at").first()


def live(bill: Bill) -> QuerySet[Payment]:
    """Codes by which a bill can be paid now, the latest first."""
    return bill.payments.filter(state__in=LIVE, expires_at__gt=moments.now()).order_by("-created_at")


def unheard(limit: int = 200) -> Iterator[Payment]:
    """Codes about which the provider has to be asked: nobody told of them."""
    waiting = Payment.objects.filter(state__in=LIVE, created_at__lt=moments.now() - ASKED_AFTER)
    yield from waiting.select_related("bill").order_by("expires_at")[:limit]


def over(payment: Payment, at: datetime) -> bool:
    """Whether nothing can arrive by this code any more."""
    return payment.expires_at + GRACE < at


def returns_open() -> QuerySet[Refund]:
    """Money that has to be given back and is not."""
    return Refund.objects.filter(done_at=None).select_related("payment__bill").order_by("asked_at")


def unsettled(provider: str, until: date) -> QuerySet[Payment]:
    """Money that a provider took up to a day (included) and has not settled, the oldest first."""
    end = datetime.combine(until + timedelta(days=1), time(), pack.current().timezone)
    taken = Payment.objects.filter(provider=provider, state__in=ARRIVED, paid_at__lt=end, settlementrow=None)
    return taken.exclude(refund__done_at__isnull=False).order_by("paid_at")


def receipt(code: str) -> Payment | None:
    """The payment of that receipt."""
    return Payment.objects.select_related("bill__agency").filter(state="paid", receipt=code).first()


def title_of(payment: Payment) -> str:
    """What a payer reads at their bank, in the city's first language."""
    name = registers()[payment.bill.register].name.in_language(pack.current().languages[0])
    return f"{name} {payment.bill.period}"
