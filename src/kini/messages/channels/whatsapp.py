"""WhatsApp channel, sent by the configured provider. The demo also shows messages in the outbox."""

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from django.utils.functional import Promise

from kini.core import current_time
from kini.messages import message_texts
from kini.messages.channels.base import Accepted, Channel, PermanentFailure, TemporaryFailure, show_in_outbox
from kini.messages.message_types import message_types
from kini.messages.models import Delivery, InboundMessage, Message
from kini.messages.providers.base import OutgoingMessage
from kini.messages.providers.configuration import provider_for
from kini.messages.recipients import Recipient

#: WhatsApp accepts free text for this long after the person's last message.
CONVERSATION_WINDOW = timedelta(hours=24)


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
            template = _template_of(message)
            words = [str(message.words.get(name, "")) for name in message_types.get(message.sort).words]
            out = replace(out, template=template, language=message.language, words=words)
        accepted = provider.send(out)
        show_in_outbox(delivery, message.text)
        return accepted


def in_conversation(number: str) -> bool:
    """Return whether this number wrote on WhatsApp within the conversation window."""
    return InboundMessage.objects.filter(
        channel="whatsapp", sender=number, at__gt=current_time.now() - CONVERSATION_WINDOW
    ).exists()


def _template_of(message: Message) -> str:
    """Name of the approved template.

    Raises:
        PermanentFailure: when the pack has none.
    """
    text = message_texts.text_from_pack(message.sort)
    if text is None or not text.whatsapp:
        raise PermanentFailure("the pack names no approved template")
    return text.whatsapp
