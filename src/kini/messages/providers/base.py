"""Interface and adapter registry of SMS and WhatsApp providers."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from kini.core.geometry import Point
from kini.core.registry import Registry
from kini.messages.channels.base import Accepted

type ProviderChannel = Literal["sms", "whatsapp"]


class InvalidSignature(Exception):
    """The webhook's signature is invalid."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """An outgoing message.

    Attributes:
        key: our key, returned in receipts; empty: no receipt wanted.
        text: free text.
        template, language, words: approved template and the values of its placeholders, in order; empty: free text.
    """

    recipient: str
    text: str
    key: str = ""
    template: str = ""
    language: str = ""
    words: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class DeliveryReceipt:
    """Delivery receipt of an outgoing message."""

    key: str
    state: Literal["sent", "delivered", "read", "failed"]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class InboundText:
    """Inbound message. `id` is the provider's, stable across redelivery; `photo` is the provider's picture id."""

    id: str
    channel: ProviderChannel
    sender: str
    text: str = ""
    photo: str = ""
    place: Point | None = None


class Provider(ABC):
    """A configured provider."""

    name: str
    channel: ClassVar[ProviderChannel]

    @abstractmethod
    def send(self, out: OutgoingMessage) -> Accepted:
        """Send a message.

        Raises:
            TemporaryFailure: retry later.
            PermanentFailure: do not retry.
        """

    @abstractmethod
    def parse_webhook(
        self, address: str, headers: Mapping[str, str], body: bytes
    ) -> Sequence[DeliveryReceipt | InboundText]:
        """Verify and parse a webhook request.

        Args:
            address: absolute URL of the request, as configured at the provider.

        Raises:
            InvalidSignature: when the signature is invalid.
        """

    def challenge(self, asked: Mapping[str, str]) -> str:
        """Response to the provider's URL verification request; empty: refuse."""
        return ""

    def photo(self, reference: str) -> bytes:
        """Download a picture of an inbound message.

        Raises:
            TemporaryFailure: when the download fails.
        """
        return b""


type Adapter = Callable[..., Provider]
"""Creates a provider from its name and, as keyword arguments, its table in the configuration file."""

adapters: Registry[Adapter] = Registry("message adapter")
