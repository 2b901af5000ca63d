"""Interface and registry of delivery channels."""

from abc import ABC, abstractmethod
from typing import ClassVar

from django.utils.functional import Promise

from kini.core.registry import Registry
from kini.messages.delivery_result import Accepted
from kini.messages.models import Delivery
from kini.messages.recipients import Recipient


class Channel(ABC):
    """A delivery channel."""

    id: ClassVar[str]
    label: ClassVar[str | Promise]
    #: Used only if the person must act and no other channel was seen.
    last_resort: ClassVar[bool] = False

    @abstractmethod
    def ready(self) -> bool:
        """Return whether the channel is configured."""

    @abstractmethod
    def recipient(self, person: Recipient) -> str:
        """Address of the person on this channel; empty if there is none."""

    @abstractmethod
    def send(self, delivery: Delivery) -> Accepted | None:
        """Send a message; None means that a person must deliver it.

        Raises:
            ChannelFault: retry later.
            Rejected: do not retry.
        """


#: Tried in this order, after the person's preferred channel.
channels: Registry[Channel] = Registry("message channel")
