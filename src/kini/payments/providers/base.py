"""Interface of payment providers. An adapter implements one protocol; its configuration names the provider."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from django.http import HttpResponse

from kini.core.registry import Registry

type Method = Literal["qr", "va"]


class ProviderUnavailable(Exception):
    """The provider could not be reached, or its answer is unusable. The request is repeated later."""


class ManualRefundRequired(Exception):
    """The provider cannot refund this payment; somebody must transfer it and record that."""


class WebhookRejected(Exception):
    """A webhook has a wrong signature, or is too old."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order to be paid. `reference` is ours; a repeated request returns the same code."""

    reference: str
    method: Method
    amount: int
    currency: str
    title: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentCode:
    """Payment code: QR payload, or number of a virtual account."""

    code: str
    provider_reference: str


@dataclass(frozen=True, slots=True)
class ReceivedPayment:
    """A payment received for an order."""

    reference: str
    provider_reference: str
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """Content of a webhook. `external_id` is the same for a repeated one."""

    external_id: str
    payment: ReceivedPayment | None


class WebhookResult(StrEnum):
    """Outcome of a webhook, to be acknowledged to the provider."""

    ACCEPTED = "accepted"
    MALFORMED = "malformed"
    REJECTED = "rejected"
    UNKNOWN_ORDER = "unknown order"


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """One line of a settlement file."""

    provider_reference: str
    reference: str
    amount: int
    fee: int
    paid_at: datetime
    on: date


class Provider(ABC):
    """A configured provider."""

    name: str
    methods: tuple[Method, ...]
    #: Name of the bank of its virtual accounts, as payers know it.
    bank: str = ""
    #: URL of a sandbox's page for test payments.
    pretend: str = ""

    @abstractmethod
    def create(self, order: Order) -> PaymentCode:
        """Request a code.

        Raises:
            ProviderUnavailable: without a usable answer.
        """

    @abstractmethod
    def status(self, order: Order, code: PaymentCode) -> ReceivedPayment | None:
        """Payment of an order; None: not paid yet.

        Raises:
            ProviderUnavailable: without a usable answer.
        """

    @abstractmethod
    def refund(self, order: Order, code: PaymentCode, *, key: str, amount: int, reason: str) -> str:
        """Refund money, once per key; returns the provider's reference.

        Raises:
            ManualRefundRequired: if somebody has to transfer it.
            ProviderUnavailable: without a usable answer.
        """

    @abstractmethod
    def parse_webhook(self, path: str, headers: Mapping[str, str], body: bytes) -> WebhookMessage:
        """Verify and parse a webhook.

        Raises:
            WebhookRejected: for a wrong signature or an old message.
            ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError: if it is malformed.
        """

    @abstractmethod
    def acknowledge(self, result: WebhookResult, detail: str = "") -> HttpResponse:
        """Response to a webhook, in the provider's protocol. `detail` explains a rejection."""


type Adapter = Callable[..., Provider]
"""Creates a provider from its name and the keywords of its table in the configuration file."""

adapters: Registry[Adapter] = Registry("payment adapter")
