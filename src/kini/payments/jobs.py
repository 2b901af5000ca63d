"""What happens by itself: providers are asked about codes nobody told of, and money that is too much goes back."""

import structlog

from kini.core.jobs import every
from kini.payments import queries, speaking
from kini.payments.providers.base import ProviderFault

log = structlog.get_logger("kini.payments")


@every("* * * * *", name="payments.ask_providers")
def ask_providers() -> None:
    """Ask about every code of which nobody has told; codes that never came are asked for once more."""
    for payment in queries.unheard():
        try:
            speaking.ask(speaking.obtain_code(payment))
        except ProviderFault as fault:
            log.warning("provider not reached", payment=str(payment.pk), fault=str(fault))


@every("*/5 * * * *", name="payments.give_back")
def give_back() -> None:
    """Return what arrived too much."""
    for refund in queries.returns_open():
        try:
            speaking.give_back(refund)
        except ProviderFault as fault:
            log.warning("not given back yet", payment=str(refund.payment_id), fault=str(fault))
