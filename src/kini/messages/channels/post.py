"""Postal channel: officers print the letters and mail them."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from kini.messages.channels.base import Channel
from kini.messages.models import Delivery
from kini.messages.recipients import Recipient


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
