"""Talking to providers: between the actions, so that no transaction waits for somebody else's machine."""

from typing import cast

import structlog

from kini.city import pack
from kini.core import moments
from kini.core.actors import system
from kini.payments import actions, queries
from kini.payments.models import Payment, Refund
from kini.payments.providers.base import ByHand, Code, Method, Order, ProviderFault
from kini.payments.providers.configured import providers

log = structlog.get_logger("kini.payments")
BY = system("payments")
#: Why money goes back that nobody asked to give back, as the provider reads it.
SURPLUS = "paid twice, or another amount"


def order_of(payment: Payment) -> Order:
    """The order as the provider knows it."""
    return Order(
        reference=payment.pk.hex,
        method=cast(Method, payment.method),
        amount=payment.amount,
        currency=pack.current().currency,
        title=queries.title_of(payment),
        expires_at=payment.expires_at,
    )


def obtain_code(payment: Payment) -> Payment:
    """Ask the provider for the code, when it has not given one.

    Raises:
        ProviderFault: when it gave no usable answer; asking again is harmless.
    """
    if payment.state != "asked" or payment.expires_at <= moments.now():
        return payment
    provider = providers().get(payment.provider)
    if provider is None:
        raise ProviderFault(f"{payment.provider} is not among the providers any more.")
    code = provider.create(order_of(payment))
    return actions.keep_code(by=BY, payment=payment, code=code)


def code_of(payment: Payment) -> Payment:
    """The payment with its code, when the provider gives it now; else it is asked for again later."""
    try:
        return obtain_code(payment)
    except ProviderFault as fault:
        log.warning("no code yet", payment=str(payment.pk), fault=str(fault))
        return payment


def ask(payment: Payment) -> None:
    """Ask the provider whether a code was paid; one that is over ends."""
    provider = providers().get(payment.provider)
    try:
        if provider and (paid := provider.status(order_of(payment), Code(payment.code, payment.provider_reference))):
            actions.record_paid(by=BY, provider=payment.provider, paid=paid)
            return
    except ProviderFault as fault:
        log.warning("provider not reached", payment=str(payment.pk), fault=str(fault))
        if payment.state == "waiting":
            return  # somebody holds its code
    if queries.over(payment, moments.now()):
        actions.end_code(by=BY, payment=payment)


def give_back(refund: Refund) -> None:
    """Let the provider give money back; what it does not give back waits for somebody to transfer it.

    Raises:
        ProviderFault: when it gave no usable answer; asking again gives back once.
    """
    payment = refund.payment
    provider = providers().get(payment.provider)
    if refund.done_at or provider is None:
        return
    code = Code(payment.code, payment.provider_reference)
    try:
        reference = provider.refund(
            order_of(payment), code, key=refund.pk.hex, amount=payment.received or 0, reason=refund.reason or SURPLUS
        )
    except ByHand:
        return
    actions.record_refund(by=BY, refund=refund, provider_reference=reference)
