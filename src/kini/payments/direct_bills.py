"""Bills without a case, which another room issues: it checks who pays, and hears of it by `BillPaid`."""

from collections.abc import Mapping

from django.conf import settings

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor
from kini.payments import ledger, queries
from kini.payments.models import Bill, Payment
from kini.payments.payment_codes import start_payment
from kini.payments.providers.base import Method
from kini.payments.tariffs import bill_registers, normalise_number
from kini.web.formats import today


@action
def issue_bill(*, by: Actor, register: str, number: str, amount: int) -> Bill:
    """Issue a bill that is due today.

    Args:
        number: of the thing, unique in the register.

    Raises:
        LookupError: the pack has no such register.
    """
    known = bill_registers()
    if register not in known:
        raise LookupError(f'The pack has no register "{register}" in bills/.')
    bill = Bill.objects.create(
        register=register,
        object=normalise_number(number),
        period=f"{today()}",
        agency_id=known[register].agency,
        principal=amount,
        due_on=today(),
        made_up=settings.ENV.demo,
    )
    audit.record(by=by, action="payments.bill-issued", subject=f"bill:{bill.pk}", detail={"amount": amount})
    return bill


@action
def request_bill_code(*, by: Actor, bill: Bill, method: Method) -> Payment:
    """Start the payment of a bill without a case.

    Raises:
        ActionRefused: if nothing is due, or no provider offers the method.
    """
    return start_payment(by, bill, method)


@action
def withdraw_bill(*, by: Actor, bill: Bill) -> bool:
    """Withdraw a bill that nobody paid; money that arrives later is refunded. Returns False when it is paid."""
    bill = Bill.objects.select_for_update().get(pk=bill.pk)
    if queries.settling_payment(bill):
        return False
    if bill.withdrawn_at is None:
        bill.withdrawn_at = current_time.now()
        bill.save(update_fields=["withdrawn_at"])
        audit.record(by=by, action="payments.bill-withdrawn", subject=f"bill:{bill.pk}")
    return True


@action
def record_payout(*, by: Actor, key: str, register: str, amount: int, subject: str, detail: Mapping[str, str]) -> None:
    """Record income of a register that the city transferred on to somebody; a negative amount came back. Idempotent.

    Args:
        key: unique among payouts.
        detail: for the audit, as the reference of the transfer.
    """
    audit.record(by=by, action="payments.paid-out", subject=subject, detail={"amount": amount, **detail})
    ledger.record_entry(f"paid-out:{key}", {f"income:{register}": amount, "bank": -amount}, subject)
