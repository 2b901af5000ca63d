"""SMS and WhatsApp channels, sent by the configured providers. The demo also shows them in the outbox."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from kini.core import moments
from kini.core.delivery import can_deliver, may_receive_sms, sms_providers
from kini.messages import wording
from kini.messages.channels.base import Channel
from kini.messages.channels.plain import shown
from kini.messages.handing import ChannelFault, Handed, Rejected
from kini.messages.models import Delivery, Heard
from kini.messages.providers.base import Outgoing
from kini.messages.providers.configured import provider_for
from kini.messages.recipients import Person
from kini.messages.sorts import sorts

#: WhatsApp accepts free text for this long after the person's last message.
WINDOW = timedelta(hours=24)


class Sms(Channel):
    """Single-part text message."""

    id: ClassVar[str] = "sms"
    label: ClassVar[str | Promise] = gettext_lazy("Text message")

    def ready(self) -> bool:
        return provider_for("sms") is not None or can_deliver("sms")

    def recipient(self, person: Person) -> str:
        return person.phone if person.phone and may_receive_sms(person.phone) else ""

    def send(self, delivery: Delivery) -> Handed:
        text, handed = delivery.message.short, Handed()
        if provider := provider_for("sms"):
            handed = provider.send(Outgoing(delivery.recipient, text, str(delivery.pk)))
        elif not settings.ENV.outbox:
            try:
                sms_providers.get(settings.ENV.sms)(delivery.recipient, text)
            except Exception as fault:  # providers raise arbitrary exceptions
                raise ChannelFault(str(fault)) from fault
        shown(delivery, text)
        return handed


class WhatsApp(Channel):
    """WhatsApp message: free text within the conversation window, otherwise the approved template."""

    id: ClassVar[str] = "whatsapp"
    label: ClassVar[str | Promise] = "WhatsApp"

    def ready(self) -> bool:
        return provider_for("whatsapp") is not None

    def recipient(self, person: Person) -> str:
        return person.phone

    def send(self, delivery: Delivery) -> Handed:
        provider, message = provider_for("whatsapp"), delivery.message
        if provider is None:
            raise ChannelFault("WhatsApp is no longer configured")
        out = Outgoing(delivery.recipient, message.text, str(delivery.pk))
        if not talks(delivery.recipient):
            own = wording.wording(message.sort)
            if own is None or not own.whatsapp:
                raise Rejected("the pack names no approved template")
            words = [str(message.words.get(name, "")) for name in sorts.get(message.sort).words]
            out = Outgoing(delivery.recipient, message.text, str(delivery.pk), own.whatsapp, message.language, words)
        handed = provider.send(out)
        shown(delivery, message.text)
        return handed


def talks(number: str) -> bool:
    """Return whether this number wrote on WhatsApp within the conversation window."""
    return Heard.objects.filter(channel="whatsapp", sender=number, at__gt=moments.now() - WINDOW).exists()
