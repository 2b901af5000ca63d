"""What every provider of SMS or WhatsApp can do. An adapter talks to one sort of provider; its table says to which."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from kini.core.geometry import Point
from kini.core.registry import Registry
from kini.messages.handing import Handed

type Carried = Literal["sms", "whatsapp"]


class NoticeRefused(Exception):
    """What came is not the provider's: its signature is wrong."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to be sent.

    Attributes:
        key: ours; receipts carry it back. Empty: no receipt is wanted.
        text: what is said where plain words may be sent.
        template, language, words: a text that the provider approved, and what stands in its places, in order;
            empty: plain words.
    """

    recipient: str
    text: str
    key: str = ""
    template: str = ""
    language: str = ""
    words: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message of ours."""

    key: str
    state: Literal["sent", "delivered", "read", "failed"]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What somebody wrote. `id` is the same when the provider tells it again; `photo` names a picture of theirs."""

    id: str
    channel: Carried
    sender: str
    text: str = ""
    photo: str = ""
    place: Point | None = None


class Provider(ABC):
    """One provider as the city has configured it."""

    name: str
    carries: ClassVar[Carried]

    @abstractmethod
    def send(self, out: Outgoing) -> Handed:
        """Hand a message over.

        Raises:
            ChannelFault: it may be tried again.
            Rejected: it will never be taken.
        """

    @abstractmethod
    def notice(self, address: str, headers: Mapping[str, str], body: bytes) -> Sequence[Receipt | Incoming]:
        """Read what the provider sent to `address` (whole, as it stands in its settings).

        Raises:
            NoticeRefused: when it is not the provider's.
        """

    def challenge(self, asked: Mapping[str, str]) -> str:
        """What to answer when the provider asks whether the address is ours; empty: nothing."""
        return ""

    def photo(self, reference: str) -> bytes:
        """A picture that somebody sent.

        Raises:
            ChannelFault: when it cannot be had.
        """
        return b""


type Adapter = Callable[..., Provider]
"""Makes a provider from its name and what its table in the configuration file says, as keywords."""

adapters: Registry[Adapter] = Registry("message adapter")
