"""Jobs: poll providers about unconfirmed payments."""

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
