"""E-mail and postal channels. The demo shows e-mails in the outbox instead of sending them."""

from smtplib import SMTPException, SMTPRecipientsRefused
from typing import ClassVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.core.delivery import can_deliver
from kini.core.models import OutboxMessage
from kini.messages import unsubscribe
from kini.messages.channels.base import Channel
from kini.messages.delivery_result import Accepted, PermanentFailure, TemporaryFailure
from kini.messages.models import Delivery
from kini.messages.recipients import Recipient


def show_in_outbox(delivery: Delivery, text: str) -> None:
    """Copy a sent text to the demo outbox."""
    if settings.ENV.outbox:
        OutboxMessage.objects.create(
            channel=delivery.channel, recipient=delivery.recipient, subject=delivery.message.subject, text=text
        )


class Email(Channel):
    """E-mail with one-click unsubscribe (RFC 8058)."""

    id: ClassVar[str] = "email"
    label: ClassVar[str | Promise] = gettext_lazy("E-mail")

    def ready(self) -> bool:
        return can_deliver("email")

    def recipient(self, person: Recipient) -> str:
        return person.email

    def send(self, delivery: Delivery) -> Accepted:
        message, stop = delivery.message, unsubscribe.unsubscribe_url("email", delivery.recipient)
        with translation.override(message.language):
            ends = _("To stop receiving e-mails: {address}").format(address=stop)
        link = f"\n\n{settings.ENV.address}{message.link}" if message.link else ""
        text = f"{message.text}{link}\n\n-- \n{ends}"
        show_in_outbox(delivery, text)
        if not settings.ENV.outbox:
            self._post(delivery, text, stop)
        return Accepted()

    def _post(self, delivery: Delivery, text: str, stop: str) -> None:
        headers = {
            "Message-ID": f"<message-{delivery.pk}@{settings.ENV.hosts[0]}>",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        sender, to = settings.DEFAULT_FROM_EMAIL, [delivery.recipient]
        try:
            EmailMessage(delivery.message.subject, text, sender, to, headers=headers).send()
        except SMTPRecipientsRefused as refused:
            raise PermanentFailure(f"refused: {refused.recipients}") from refused
        except (OSError, SMTPException) as fault:
            raise TemporaryFailure(str(fault)) from fault


class Post(Channel):
    """Printed letter: listed on the officers' page until it has been mailed."""

    id: ClassVar[str] = "post"
    label: ClassVar[str | Promise] = gettext_lazy("Printed letter")
    last_resort: ClassVar[bool] = True

    def ready(self) -> bool:
        return True

    def recipient(self, person: Recipient) -> str:
        return person.postal.address if person.postal else ""

    def send(self, delivery: Delivery) -> None:
        return None
