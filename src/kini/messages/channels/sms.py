"""SMS and WhatsApp channels, sent by the configured providers. The demo also shows them in the outbox."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from kini.core import current_time
from kini.core.delivery import can_deliver, may_receive_sms, sms_providers
from kini.messages import message_texts
from kini.messages.channels.base import Channel
from kini.messages.channels.email import show_in_outbox
from kini.messages.delivery_result import Accepted, PermanentFailure, TemporaryFailure
from kini.messages.message_types import message_types
from kini.messages.models import Delivery, InboundMessage
from kini.messages.providers.base import OutgoingMessage
from kini.messages.providers.configuration import provider_for
from kini.messages.recipients import Recipient

#: WhatsApp accepts free text for this long after the person's last message.
CONVERSATION_WINDOW = timedelta(hours=24)


class Sms(Channel):
    """Single-part text message."""

    id: ClassVar[str] = "sms"
    label: ClassVar[str | Promise] = gettext_lazy("Text message")

    def ready(self) -> bool:
        return provider_for("sms") is not None or can_deliver("sms")

    def recipient(self, person: Recipient) -> str:
        return person.phone if person.phone and may_receive_sms(person.phone) else ""

    def send(self, delivery: Delivery) -> Accepted:
        text, accepted = delivery.message.short, Accepted()
        if provider := provider_for("sms"):
            accepted = provider.send(OutgoingMessage(delivery.recipient, text, str(delivery.pk)))
        elif not settings.ENV.outbox:
            try:
                sms_providers.get(settings.ENV.sms)(delivery.recipient, text)
            except Exception as fault:  # providers raise arbitrary exceptions
                raise TemporaryFailure(str(fault)) from fault
        show_in_outbox(delivery, text)
        return accepted


class WhatsApp(Channel):
    """WhatsApp message: free text within the conversation window, otherwise the approved template."""

    id: ClassVar[str] = "whatsapp"
    label: ClassVar[str | Promise] = "WhatsApp"

    def ready(self) -> bool:
        return provider_for("whatsapp") is not None

    def recipient(self, person: Recipient) -> str:
        return person.phone

    def send(self, delivery: Delivery) -> Accepted:
        provider, message = provider_for("whatsapp"), delivery.message
        if provider is None:
            raise TemporaryFailure("WhatsApp is no longer configured")
        out = OutgoingMessage(delivery.recipient, message.text, str(delivery.pk))
        if not in_conversation(delivery.recipient):
            own = message_texts.text_from_pack(message.sort)
            if own is None or not own.whatsapp:
                raise PermanentFailure("the pack names no approved template")
            words = [str(message.words.get(name, "")) for name in message_types.get(message.sort).words]
            out = OutgoingMessage(
                delivery.recipient, message.text, str(delivery.pk), own.whatsapp, message.language, words
            )
        accepted = provider.send(out)
        show_in_outbox(delivery, message.text)
        return accepted


def in_conversation(number: str) -> bool:
    """Return whether this number wrote on WhatsApp within the conversation window."""
    return InboundMessage.objects.filter(
        channel="whatsapp", sender=number, at__gt=current_time.now() - CONVERSATION_WINDOW
    ).exists()
