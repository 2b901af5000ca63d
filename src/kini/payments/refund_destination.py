"""Payment providers as a destination of the outbox: each refund is sent until its provider has it."""

from typing import Any

from kini.core.actors import system
from kini.exchange.public import Destination, OutgoingMessage, Receipt, TemporaryFailure
from kini.payments import actions, gateway
from kini.payments.models import Refund
from kini.payments.providers.base import ManualRefundRequired, ProviderUnavailable

BY = system("payments")


class RefundDestination(Destination):
    """Sends a refund to the provider of its payment; one that the provider cannot do waits for a manual transfer."""

    def send(self, message: OutgoingMessage) -> Receipt:
        refund = _open_refund(message)
        if refund is None:
            return {}
        try:
            return {"reference": gateway.send_refund(refund)}
        except ManualRefundRequired:
            return {}
        except ProviderUnavailable as failure:
            raise TemporaryFailure(str(failure)) from None

    def delivered(self, message: OutgoingMessage, receipt: Receipt) -> None:
        if receipt and (refund := _open_refund(message)):
            actions.record_refund(by=BY, refund=refund, provider_reference=receipt["reference"])


def _open_refund(message: OutgoingMessage) -> Refund | None:
    payload: dict[str, Any] = message.payload
    return Refund.objects.filter(pk=payload["refund"], done_at=None).select_related("payment__bill").first()
