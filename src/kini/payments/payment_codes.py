"""Requests of a provider's code for a bill, with or without a case."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from kini.cases.models import Case
from kini.core import audit, current_time
from kini.core.actors import ActionRefused, Actor
from kini.payments import queries
from kini.payments.models import OPEN_STATES, Bill, Payment
from kini.payments.providers import provider_for
from kini.payments.providers.base import Method
from kini.web.formats import city_time

#: Lifetime of a code by method; never beyond the day for which its amount was computed.
CODE_LIFETIME = {"qr": timedelta(minutes=30), "va": timedelta(hours=24)}
SHORTEST_LIFETIME = timedelta(minutes=10)


def start_payment(by: Actor, bill: Bill, method: Method, case: Case | None = None) -> Payment:
    """Return the code of a bill that is still valid, or start a payment, in the caller's transaction.

    Raises:
        ActionRefused: if nothing is due, or no provider offers the method.
    """
    provider = provider_for(method)
    if provider is None:
        raise ActionRefused(_("This payment method is not available at the moment. Choose another one."))
    bill = Bill.objects.select_for_update().get(pk=bill.pk)
    if queries.settling_payment(bill):
        raise ActionRefused(_("This bill is already paid."))
    if bill.withdrawn_at:
        raise ActionRefused(_("There is nothing to pay here."))
    amount, now = queries.bill_statement(bill).amount, current_time.now()
    current = bill.payments.filter(method=method, state__in=OPEN_STATES).first()
    if current and current.expires_at > now and current.amount == amount.total:
        return current
    if current:
        current.state = "expired"
        current.save(update_fields=["state"])
    if amount.total == 0:
        raise ActionRefused(_("Nothing is due on this bill today."))
    payment = Payment.objects.create(
        bill=bill,
        case=case,
        provider=provider.name,
        method=method,
        amount=amount.total,
        parts={"principal": amount.principal, "fine": amount.fine, "relief": amount.relief},
        created_at=now,
        expires_at=code_expiry(method, now),
    )
    detail = {"case": case.reference} if case else {"bill": bill.pk}
    audit.record(by=by, action="payments.code-asked", subject=f"payment:{payment.pk}", detail=detail)
    return payment


def code_expiry(method: Method, now: datetime) -> datetime:
    """Expiry of a code: its lifetime, cut at the end of the day for which its amount was computed."""
    here = city_time(now)
    last = here.replace(hour=23, minute=59, second=59, microsecond=0)
    return max(now + SHORTEST_LIFETIME, min(now + CODE_LIFETIME[method], last))
