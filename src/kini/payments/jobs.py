"""Jobs: poll providers about unconfirmed payments, and send refunds."""

import structlog

from kini.core.jobs import every
from kini.payments import queries, speaking
from kini.payments.providers.base import ProviderFault

log = structlog.get_logger("kini.payments")


@every("* * * * *", name="payments.ask_providers")
def ask_providers() -> None:
    """Poll every unconfirmed payment; request missing codes again."""
    for payment in queries.unheard():
        try:
            speaking.ask(speaking.obtain_code(payment))
        except ProviderFault as fault:
            log.warning("provider not reached", payment=str(payment.pk), fault=str(fault))


@every("*/5 * * * *", name="payments.give_back")
def give_back() -> None:
    """Send open refunds to their providers."""
    for refund in queries.returns_open():
        try:
            speaking.give_back(refund)
        except ProviderFault as fault:
            log.warning("not given back yet", payment=str(refund.payment_id), fault=str(fault))
