"""E-mail channel. The demo shows e-mails in the outbox instead of sending them."""

from smtplib import SMTPException, SMTPRecipientsRefused
from typing import ClassVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.core.delivery import can_deliver
from kini.messages import unsubscribe
from kini.messages.channels.base import Accepted, Channel, PermanentFailure, TemporaryFailure, show_in_outbox
from kini.messages.models import Delivery
from kini.messages.recipients import Recipient


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
        address = f"{settings.ENV.address}{message.link}"
        link = f"\n\n{address}" if message.link and address not in message.text else ""
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
