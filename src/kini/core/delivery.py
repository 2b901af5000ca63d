"""Delivery of sign-in codes and messages by SMS and e-mail.

A message is stored together with the job that delivers it, in the caller's transaction, so it is neither lost nor sent
after a rollback. In demo mode nothing leaves the machine; the outbox page shows the messages.
"""

from collections.abc import Callable
from typing import Literal

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from kini.core import jobs
from kini.core.models import OutboxMessage
from kini.core.registry import Registry

log = structlog.get_logger("kini.delivery")

type Channel = Literal["sms", "email"]
type SmsProvider = Callable[[str, str], None]
"""`(number in E.164, text) -> None`; raises when the message could not be handed over."""

#: KINI_SMS names the one to use.
sms_providers: Registry[SmsProvider] = Registry("SMS provider")
#: Predicates on phone numbers in E.164; SMS are sent only where all are true.
sms_destinations: Registry[Callable[[str], bool]] = Registry("rule for destinations of SMS")
#: Providers that are used without KINI_SMS, by their names, with a function that tells if they are configured.
default_sms_providers: Registry[Callable[[], bool]] = Registry("default SMS provider")


class ChannelNotConfigured(Exception):
    """No provider is configured for this channel."""


def send_text(*, channel: Channel, recipient: str, subject: str, text: str, is_code: bool = False) -> OutboxMessage:
    """Store a message, to be delivered after the current transaction is committed.

    Args:
        recipient: phone number in E.164, or e-mail address.
        subject: used by e-mail alone.
        is_code: a person waits for it: use the queue of sign-in codes.
    """
    with transaction.atomic():
        message = OutboxMessage.objects.create(
            channel=channel, recipient=recipient, subject=" ".join(subject.split())[:200], text=text
        )
        if not settings.ENV.outbox:
            jobs.enqueue_all(deliver_code if is_code else deliver_message, [{"message": message.pk}])
    return message


def can_deliver(channel: str) -> bool:
    """True if messages of this channel can be sent; without one no code is offered."""
    if settings.ENV.outbox:
        return True
    return bool(settings.MAILERS) if channel == "email" else sms_provider() is not None


def sms_provider() -> SmsProvider | None:
    """Provider that KINI_SMS names, else the first default that is configured."""
    defaults = (name for name, is_configured in default_sms_providers.items() if is_configured())
    return sms_providers.find(settings.ENV.sms or next(defaults, ""))


def may_receive_sms(number: str) -> bool:
    """True if SMS may go to this number (E.164): the pack lists countries (messages.toml)."""
    return all(allows(number) for allows in sms_destinations)


def sign_in_problem() -> str:
    """Why nobody can sign in with a code: nothing sends it; empty if something does."""
    if can_deliver("email") or can_deliver("sms"):
        return ""
    return "nobody can sign in, as no code can be sent; set KINI_MAIL or an SMS provider (docs/operators.md)"


@jobs.job("core.deliver_message", queue="messages")
def deliver_message(message: int) -> None:
    """Send one stored message and delete it; on an error the worker retries."""
    _deliver(message)


@jobs.job("core.deliver_code", queue=jobs.CODES_QUEUE)
def deliver_code(message: int) -> None:
    """Send a sign-in code as `deliver_message` does, in a queue of its own (`./kini worker`)."""
    _deliver(message)


def _deliver(message: int) -> None:
    stored = OutboxMessage.objects.filter(pk=message).first()
    if stored is None:
        return
    if not can_deliver(stored.channel):
        raise ChannelNotConfigured(f"No {stored.channel} can be sent; see docs/operators.md.")
    try:
        _hand_over(stored)
    except Exception as error:
        # The server's words may contain the recipient's address, so only its type is logged.
        log.warning(
            "not delivered, will be retried", channel=stored.channel, message=message, error=type(error).__name__
        )
        raise
    OutboxMessage.objects.filter(pk=message).delete()
    log.info("delivered", message=message, channel=stored.channel)


def _hand_over(message: OutboxMessage) -> None:
    if message.channel == "email":
        EmailMessage(message.subject, message.text, settings.DEFAULT_FROM_EMAIL, [message.recipient]).send()
    else:
        send = sms_provider()
        assert send is not None  # can_deliver
        send(message.recipient, message.text)
