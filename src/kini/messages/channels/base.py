"""What a channel can do. It carries one message to one person, and says what became of it."""

from abc import ABC, abstractmethod
from typing import ClassVar

from django.utils.functional import Promise

from kini.core.registry import Registry
from kini.messages.handing import Handed
from kini.messages.models import Delivery
from kini.messages.recipients import Person


class Channel(ABC):
    """One way to a person."""

    id: ClassVar[str]
    label: ClassVar[str | Promise]
    #: Whether it comes only when something is asked of the person and nothing else was seen.
    last_resort: ClassVar[bool] = False

    @abstractmethod
    def ready(self) -> bool:
        """Whether the city has set it up."""

    @abstractmethod
    def recipient(self, person: Person) -> str:
        """Where the person is reached by it; empty: not at all."""

    @abstractmethod
    def send(self, delivery: Delivery) -> Handed | None:
        """Hand a message over; None: somebody has to carry it.

        Raises:
            ChannelFault: try again later.
            Rejected: it will never be taken.
        """


#: In the order in which they are tried, unless the person prefers another.
channels: Registry[Channel] = Registry("channel of messages")
