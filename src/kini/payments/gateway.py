"""Calls to payment providers, made between actions so that no transaction waits for a provider."""

from typing import cast

import structlog

from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import system
from kini.payments import actions, queries
from kini.payments.models import Payment, Refund
from kini.payments.providers import configured_providers
from kini.payments.providers.base import Method, Order, PaymentCode, ProviderUnavailable

log = structlog.get_logger("kini.payments")
BY = system("payments")
#: Reason of an automatic refund, as sent to the provider.
OVERPAYMENT_REASON = "paid twice, or another amount"


def order_for(payment: Payment) -> Order:
    """Order of a payment, as sent to the provider."""
    return Order(
        reference=payment.pk.hex,
        method=cast(Method, payment.method),
        amount=payment.amount,
        currency=pack.current().currency,
        title=queries.payment_title(payment),
        expires_at=payment.expires_at,
    )


def obtain_code(payment: Payment) -> Payment:
    """Request the provider's code, unless there is one.

    Raises:
        ProviderUnavailable: without a usable answer; a repeated request is harmless.
    """
    if payment.state != "asked" or payment.expires_at <= current_time.now():
        return payment
    provider = configured_providers().get(payment.provider)
    if provider is None:
        raise ProviderUnavailable(f"{payment.provider} is not among the providers any more.")
    code = provider.create(order_for(payment))
    return actions.store_code(by=BY, payment=payment, code=code)


def try_obtain_code(payment: Payment) -> Payment:
    """Request the code; on failure the job repeats the request later."""
    try:
        return obtain_code(payment)
    except ProviderUnavailable as fault:
        log.warning("no code yet", payment=str(payment.pk), fault=str(fault))
        return payment


def poll_payment(payment: Payment) -> None:
    """Poll the provider for a payment; expire a code past its grace period."""
    provider = configured_providers().get(payment.provider)
    try:
        if provider and (
            paid := provider.status(order_for(payment), PaymentCode(payment.code, payment.provider_reference))
        ):
            actions.record_payment(by=BY, provider=payment.provider, received=paid)
            return
    except ProviderUnavailable as fault:
        log.warning("provider not reached", payment=str(payment.pk), fault=str(fault))
        if payment.state == "waiting":
            return  # somebody may still pay with this code
    if queries.is_past_grace(payment, current_time.now()):
        actions.expire_code(by=BY, payment=payment)


def send_refund(refund: Refund) -> str:
    """Send a refund to the provider and return the provider's reference.

    Raises:
        ManualRefundRequired: the provider cannot do it.
        ProviderUnavailable: without a usable answer; a repeated request refunds once.
    """
    payment = refund.payment
    provider = configured_providers().get(payment.provider)
    if provider is None:
        raise ProviderUnavailable(f"{payment.provider} is not among the providers any more.")
    return provider.refund(
        order_for(payment),
        PaymentCode(payment.code, payment.provider_reference),
        key=refund.pk.hex,
        amount=payment.received or 0,
        reason=refund.reason or OVERPAYMENT_REASON,
    )
