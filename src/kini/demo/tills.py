"""Payments of the demo's past: a code, and the money that arrived for it."""

from datetime import datetime

from kini.cases.models import Case
from kini.core.actors import ActionRefused, Actor, system
from kini.payments import actions
from kini.payments.public import PaymentCode, ReceivedPayment

BY = system("demo")


def pay(by: Actor, case: Case, moment: datetime) -> bool:
    """Pay the bill of a case; False if nothing is due."""
    try:
        payment = actions.request_code(by=by, case=case, method="qr")
    except ActionRefused:
        return False
    reference = f"demo-{payment.pk}"[:60]
    actions.store_code(by=BY, payment=payment, code=PaymentCode(f"DEMO{payment.pk.hex[:12]}", reference))
    received = ReceivedPayment(str(payment.pk), reference, payment.amount, moment)
    actions.record_payment(by=BY, provider=payment.provider, received=received)
    return True
