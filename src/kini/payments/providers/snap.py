"""Adapter for SNAP, Bank Indonesia's national standard of payment APIs: QR codes and virtual accounts.

Requests carry a token (asked for with an RSA signature) and an HMAC-SHA512 over method, path, token, body and time;
webhooks carry an RSA signature over method, path, body and time. Service codes: 47 creates a QR code, 51 queries it, 52
notifies of payment, 78 refunds; 27 creates a virtual account, 26 queries it, 25 notifies. Virtual accounts are refunded
by transfer. Source: SNAP, standard of data and technical specification.
"""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from django.http import HttpResponse, JsonResponse

from kini.city.public import pack
from kini.core import current_time, tls
from kini.payments import emvco
from kini.payments.providers.base import (
    ManualRefundRequired,
    Method,
    Order,
    PaymentCode,
    Provider,
    ProviderUnavailable,
    ReceivedPayment,
    WebhookMessage,
    WebhookRejected,
    WebhookResult,
)

MAX_WEBHOOK_AGE = timedelta(minutes=5)
ZONE = timezone(timedelta(hours=7))  # WIB, the time zone of all times in the standard
PAID = "00"
MOST = 10**15
TIMEOUT = httpx.Timeout(8.0, connect=3.0)

CREATE = {"qr": "/v1.0/qr/qr-mpm-generate", "va": "/v1.0/transfer-va/create-va"}
STATUS = {"qr": "/v1.0/qr/qr-mpm-query", "va": "/v1.0/transfer-va/status"}
REFUND = "/v1.0/qr/qr-mpm-refund"
TOKEN = "/v1.0/access-token/b2b"  # noqa: S105 -- an address
SERVICE = {"qr": "47", "va": "27"}
#: Response code and message to a payment notification (service 52).
ACKNOWLEDGEMENTS = {
    WebhookResult.ACCEPTED: ("2005200", "Successful"),
    WebhookResult.MALFORMED: ("4005200", "A field is missing or wrong."),
    WebhookResult.REJECTED: ("4015200", "Unauthorized."),
    WebhookResult.UNKNOWN_ORDER: ("4045201", "No such order."),
}


class Snap(Provider):
    """A SNAP provider.

    Args:
        name: key in the configuration.
        address: base URL, without a slash at the end.
        client: our client id (X-CLIENT-KEY and X-PARTNER-ID).
        secret: HMAC key of requests.
        private_key, public_key: PEM files, ours and the provider's.
        merchant: our merchant number.
        va_prefix: first digits of our virtual accounts (partnerServiceId).
        bank: name of their bank, as payers know it.
        channel: CHANNEL-ID.
        methods: "qr", "va".
        pretend: URL of a sandbox's page for test payments; empty otherwise.
    """

    def __init__(
        self,
        name: str,
        *,
        address: str,
        client: str,
        secret: str,
        private_key: str,
        public_key: str,
        merchant: str,
        va_prefix: str = "",
        bank: str = "",
        channel: str = "95221",
        methods: list[Method] | None = None,
        pretend: str = "",
    ) -> None:
        self.pretend, self.bank = pretend, bank
        self.name, self.client, self.secret = name, client, secret.encode()
        self.merchant, self.va_prefix, self.channel = merchant, va_prefix, channel
        self.methods = tuple(methods or ("qr",))
        self.private, self.public = _private(private_key), _public(public_key)
        self.address = address
        self._token, self._until, self._lock = "", datetime.min.replace(tzinfo=UTC), threading.Lock()

    def create(self, order: Order) -> PaymentCode:
        """Request a QR code or virtual account; amount and checksum of a QR code are verified."""
        answer = self._ask(CREATE[order.method], self._order(order), order.reference)
        with self._reading():
            if order.method == "va":
                account = answer["virtualAccountData"]
                return PaymentCode(str(account["virtualAccountNo"]).strip(), str(account.get("trxId", order.reference)))
            code = PaymentCode(str(answer["qrContent"]), str(answer["referenceNo"]))
            if Decimal(str(emvco.decode_payload(code.code).get(emvco.AMOUNT, "0"))) != order.amount:
                raise ProviderUnavailable(f"{self.name} made a QR code for another amount.")
        return code

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Turn errors of a malformed answer into ProviderUnavailable."""
        try:
            yield
        except emvco.InvalidPayload as broken:
            raise ProviderUnavailable(f"{self.name}: {broken}") from None
        except (KeyError, ValueError, TypeError, AttributeError, ArithmeticError) as fault:
            raise ProviderUnavailable(
                f"{self.name} gave an answer that cannot be read ({type(fault).__name__})."
            ) from None

    def _order(self, order: Order) -> dict[str, Any]:
        until = _moment(order.expires_at)
        if order.method == "qr":
            return {
                "partnerReferenceNo": order.reference,
                "amount": _amount(order),
                "merchantId": self.merchant,
                "validityPeriod": until,
                "additionalInfo": {"title": order.title},
            }
        customer = f"{int(order.reference[:10], 16) % 10**10:010d}"
        return {
            "partnerServiceId": self.va_prefix.rjust(8),
            "customerNo": customer,
            "virtualAccountNo": self.va_prefix.rjust(8) + customer,
            "virtualAccountName": order.title[:60],
            "trxId": order.reference,
            "totalAmount": _amount(order),
            "virtualAccountTrxType": "C",
            "expiredDate": until,
        }

    def status(self, order: Order, code: PaymentCode) -> ReceivedPayment | None:
        """Query the status of an order."""
        about = {
            "originalPartnerReferenceNo": order.reference,
            "originalReferenceNo": code.provider_reference,
            "serviceCode": SERVICE[order.method],
        }
        answer = self._ask(STATUS[order.method], about, f"{order.reference}-{current_time.now().timestamp():.0f}")
        with self._reading():
            return _paid(answer) if answer.get("latestTransactionStatus") == PAID else None

    def refund(self, order: Order, code: PaymentCode, *, key: str, amount: int, reason: str) -> str:
        """Refund a QR payment, once per key."""
        if order.method != "qr":
            raise ManualRefundRequired(f"{self.name} gives back what came to a virtual account by transfer.")
        about = {
            "originalPartnerReferenceNo": order.reference,
            "originalReferenceNo": code.provider_reference,
            "partnerRefundNo": key,
            "refundAmount": {"value": f"{amount}.00", "currency": order.currency},
            "reason": reason[:100],
        }
        answer = self._ask(REFUND, about, key)
        with self._reading():
            return str(answer["refundNo"])

    def parse_webhook(self, path: str, headers: Mapping[str, str], body: bytes) -> WebhookMessage:
        """Verify and parse a payment notification."""
        signature, at = headers.get("X-SIGNATURE", ""), headers.get("X-TIMESTAMP", "")
        signed = f"POST:{path}:{_digest(body)}:{at}".encode()
        try:
            self.public.verify(base64.b64decode(signature), signed, padding.PKCS1v15(), hashes.SHA256())
            age = current_time.now() - datetime.fromisoformat(at)
        except (InvalidSignature, ValueError, TypeError):
            raise WebhookRejected("The signature is not the provider's.") from None
        if abs(age) > MAX_WEBHOOK_AGE:
            raise WebhookRejected("This message is too old.")
        content = json.loads(body)
        payment = _paid(content) if content.get("latestTransactionStatus") == PAID else None
        return WebhookMessage(headers.get("X-EXTERNAL-ID", ""), payment)

    def acknowledge(self, result: WebhookResult, detail: str = "") -> HttpResponse:
        """Response to a payment notification: HTTP status, service code and case code."""
        code, message = ACKNOWLEDGEMENTS[result]
        return JsonResponse({"responseCode": code, "responseMessage": detail or message}, status=int(code[:3]))

    def _ask(self, path: str, content: Mapping[str, Any], external_id: str) -> dict[str, Any]:
        body = json.dumps(content, separators=(",", ":")).encode()
        at, token = _moment(current_time.now()), self._access_token()
        signed = f"POST:{path}:{token}:{_digest(body)}:{at}".encode()
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "X-TIMESTAMP": at,
            "X-SIGNATURE": base64.b64encode(hmac.digest(self.secret, signed, hashlib.sha512)).decode(),
            "X-PARTNER-ID": self.client,
            "X-EXTERNAL-ID": external_id[:36],
            "CHANNEL-ID": self.channel,
        }
        return self._sent(path, body, headers)

    def _access_token(self) -> str:
        """Access token, valid for at least a minute."""
        with self._lock:
            now = current_time.now()
            if now + timedelta(minutes=1) < self._until:
                return self._token
            at = _moment(now)
            signature = self.private.sign(f"{self.client}|{at}".encode(), padding.PKCS1v15(), hashes.SHA256())
            headers = {
                "Content-Type": "application/json",
                "X-TIMESTAMP": at,
                "X-CLIENT-KEY": self.client,
                "X-SIGNATURE": base64.b64encode(signature).decode(),
            }
            answer = self._sent(TOKEN, b'{"grantType":"client_credentials"}', headers)
            with self._reading():
                self._token, self._until = answer["accessToken"], now + timedelta(seconds=int(answer["expiresIn"]))
            return self._token

    def _sent(self, path: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        try:
            response = httpx.post(
                self.address + path, content=body, headers=dict(headers), timeout=TIMEOUT, verify=tls.context()
            )
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderUnavailable(f"{self.name} gave no answer: {type(error).__name__}") from None
        if not response.is_success or not str(answer.get("responseCode", "")).startswith("200"):
            raise ProviderUnavailable(f"{self.name} answered {answer.get('responseCode', response.status_code)}.")
        return dict(answer)


def _paid(content: Mapping[str, Any]) -> ReceivedPayment:
    return ReceivedPayment(
        reference=str(content["originalPartnerReferenceNo"]),
        provider_reference=str(content["originalReferenceNo"]),
        amount=_money(content["amount"]),
        at=datetime.fromisoformat(content["paidTime"]),
    )


def _money(content: Mapping[str, Any]) -> int:
    """Parse an amount in whole units of the city's currency.

    Raises:
        ValueError: for another currency, zero, or a fraction, since no order has any.
    """
    amount = Decimal(str(content["value"]))
    if content.get("currency") != pack.current().currency or not 0 < amount < MOST or amount != int(amount):
        raise ValueError("no amount of the city's currency")
    return int(amount)


def _amount(order: Order) -> dict[str, str]:
    return {"value": f"{order.amount}.00", "currency": order.currency}


def _moment(at: datetime) -> str:
    return at.astimezone(ZONE).isoformat(timespec="seconds")


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _private(path: str) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(Path(path).read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{path} is no RSA key")
    return key


def _public(path: str) -> rsa.RSAPublicKey:
    key = load_pem_public_key(Path(path).read_bytes())
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError(f"{path} is no RSA key")
    return key
