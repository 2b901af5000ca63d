"""SMS channel, sent by the configured provider. The demo also shows messages in the outbox."""

from typing import ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from kini.core.delivery import can_deliver, may_receive_sms, sms_provider
from kini.messages.channels.base import Accepted, Channel, TemporaryFailure, show_in_outbox
from kini.messages.models import Delivery
from kini.messages.providers.base import OutgoingMessage
from kini.messages.providers.configuration import provider_for
from kini.messages.recipients import Recipient


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
            send = sms_provider()
            if send is None:
                raise TemporaryFailure("No SMS provider is configured.")
            try:
                send(delivery.recipient, text)
            except Exception as error:  # providers raise arbitrary exceptions
                raise TemporaryFailure(str(error)) from error
        show_in_outbox(delivery, text)
        return accepted
