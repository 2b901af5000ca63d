"""Jobs: poll providers about unconfirmed payments, and send refunds."""

import structlog

from kini.core.jobs import periodic
from kini.payments import gateway, queries
from kini.payments.providers.base import ProviderUnavailable

log = structlog.get_logger("kini.payments")


@periodic("* * * * *", name="payments.ask_providers")
def poll_providers() -> None:
    """Poll every unconfirmed payment; request missing codes again."""
    for payment in queries.unconfirmed_payments():
        try:
            gateway.poll_payment(gateway.obtain_code(payment))
        except ProviderUnavailable as fault:
            log.warning("provider not reached", payment=str(payment.pk), fault=str(fault))


@periodic("*/5 * * * *", name="payments.give_back")
def send_refunds() -> None:
    """Send open refunds to their providers."""
    for refund in queries.open_refunds():
        try:
            gateway.send_refund(refund)
        except ProviderUnavailable as fault:
            log.warning("not given back yet", payment=str(refund.payment_id), fault=str(fault))
