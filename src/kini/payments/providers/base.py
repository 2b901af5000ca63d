"""What every provider of payments can do. An adapter talks to one sort of provider; its configuration says to which."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from kini.core.registry import Registry

type Method = Literal["qr", "va"]


class ProviderFault(Exception):
    """The provider could not be reached, or answered something that cannot be used. It is asked again later."""


class ByHand(Exception):
    """The provider gives no money back by this way; somebody transfers it and records that."""


class NoticeRefused(Exception):
    """A notice is not the provider's: its signature is wrong, or it is too old."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid. `reference` is ours; asking twice with the same one gives one code."""

    reference: str
    method: Method
    amount: int
    currency: str
    title: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Code:
    """What the payer needs: the payload of a QR code, or the number of a virtual account."""

    code: str
    provider_reference: str


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that arrived for an order of ours."""

    reference: str
    provider_reference: str
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider told without being asked. `external_id` is the same when it tells the same again."""

    external_id: str
    paid: Paid | None
    answer: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Settled:
    """One line of a settlement file."""

    provider_reference: str
    reference: str
    amount: int
    fee: int
    paid_at: datetime
    on: date


class Provider(ABC):
    """One provider as the city has configured it."""

    name: str
    methods: tuple[Method, ...]
    #: What payers call the bank of its virtual accounts.
    bank: str = ""
    #: Where a payer can play, of a provider for trying out.
    pretend: str = ""

    @abstractmethod
    def create(self, order: Order) -> Code:
        """Ask for a code.

        Raises:
            ProviderFault: when there is no usable answer.
        """

    @abstractmethod
    def status(self, order: Order, code: Code) -> Paid | None:
        """Whether the order was paid; None: not so far.

        Raises:
            ProviderFault: when there is no usable answer.
        """

    @abstractmethod
    def refund(self, order: Order, code: Code, *, key: str, amount: int, reason: str) -> str:
        """Give money back, once for each key; the provider's reference of it.

        Raises:
            ByHand: when somebody has to transfer it.
            ProviderFault: when there is no usable answer.
        """

    @abstractmethod
    def notice(self, path: str, headers: Mapping[str, str], body: bytes) -> Notice:
        """Read what the provider sent to our address.

        Raises:
            NoticeRefused: when it is not the provider's or too old.
        """


type Adapter = Callable[..., Provider]
"""Makes a provider from its name and what its table in the configuration file says, as keywords."""

adapters: Registry[Adapter] = Registry("payment adapter")
