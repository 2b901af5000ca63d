"""WhatsApp by Meta's Cloud API.

Free text is allowed within 24 hours after the person's last message, otherwise only approved templates. Webhooks are
JSON signed with HMAC-SHA256 and the app secret. Source: WhatsApp Cloud API reference.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import httpx

from kini.core import tls
from kini.messages.channels.base import Accepted, PermanentFailure, TemporaryFailure
from kini.messages.providers.base import (
    DeliveryReceipt,
    InboundText,
    InvalidSignature,
    OutgoingMessage,
    Provider,
    ProviderChannel,
)

TIMEOUT = httpx.Timeout(8.0, connect=3.0)
#: Outside the 24-hour window, not on WhatsApp, opted out, unknown template, wrong number of parameters.
PERMANENT_CODES = {131047, 131026, 131050, 132001, 132000, 131030}
STATES = ("sent", "delivered", "read", "failed")
MOST_BYTES = 12_000_000


class WhatsApp(Provider):
    """WhatsApp Cloud API provider.

    Args:
        name: name in the configuration.
        address: base URL of the API with version, without trailing slash.
        number: phone number ID.
        token: access token.
        secret: app secret, which signs webhooks.
        verify: verify token of the webhook.
    """

    channel: ClassVar[ProviderChannel] = "whatsapp"

    def __init__(self, name: str, *, address: str, number: str, token: str, secret: str, verify: str) -> None:
        self.name, self.address, self.number = name, address, number
        self.token, self.secret, self.verify = token, secret.encode(), verify

    def send(self, out: OutgoingMessage) -> Accepted:
        content: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "to": out.recipient.removeprefix("+"),
            "biz_opaque_callback_data": out.key,
        }
        content |= _template(out) if out.template else {"type": "text", "text": {"body": out.text}}
        try:
            response = httpx.post(
                f"{self.address}/{self.number}/messages",
                json=content,
                headers=self._headers(),
                timeout=TIMEOUT,
                verify=tls.context(),
            )
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise TemporaryFailure(f"{self.name} did not respond: {type(error).__name__}") from None
        if response.is_success:
            return Accepted("sent" if out.key else "delivered", self.name, str(answer["messages"][0]["id"]))
        failure = answer.get("error", {})
        error_text = f"{self.name} answered {failure.get('code', response.status_code)}: {failure.get('message', '')}"
        raise (PermanentFailure if failure.get("code") in PERMANENT_CODES else TemporaryFailure)(error_text)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def parse_webhook(
        self, address: str, headers: Mapping[str, str], body: bytes
    ) -> Sequence[DeliveryReceipt | InboundText]:
        right = "sha256=" + hmac.new(self.secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, headers.get("X-Hub-Signature-256", "")):
            raise InvalidSignature("The signature is invalid.")
        return list(_told(json.loads(body)))

    def challenge(self, asked: Mapping[str, str]) -> str:
        ours = hmac.compare_digest(asked.get("hub.verify_token", "").encode(), self.verify.encode())
        return asked.get("hub.challenge", "") if asked.get("hub.mode") == "subscribe" and ours else ""

    def photo(self, reference: str) -> bytes:
        """Look up the media URL, then download it."""
        try:
            response = httpx.get(
                f"{self.address}/{reference}", headers=self._headers(), timeout=TIMEOUT, verify=tls.context()
            )
            file = httpx.get(
                response.raise_for_status().json()["url"],
                headers=self._headers(),
                timeout=TIMEOUT,
                verify=tls.context(),
            )
            content = file.raise_for_status().content
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise TemporaryFailure(f"{self.name} returned no picture: {type(error).__name__}") from None
        if len(content) > MOST_BYTES:
            raise TemporaryFailure(f"{self.name} returned a picture of {len(content)} bytes")
        return content


def _template(out: OutgoingMessage) -> dict[str, Any]:
    places = [{"type": "text", "text": word or "-"} for word in out.words]
    body = {"name": out.template, "language": {"code": out.language}}
    return {"type": "template", "template": body | {"components": [{"type": "body", "parameters": places}]}}


def _told(content: Any) -> Iterator[DeliveryReceipt | InboundText]:
    for change in (change for entry in content.get("entry", []) for change in entry.get("changes", [])):
        value = change.get("value", {})
        for status in value.get("statuses", []):
            if status.get("status") in STATES:
                errors = status.get("errors") or [{}]
                fault = str(errors[0].get("code", ""))
                yield DeliveryReceipt(str(status.get("biz_opaque_callback_data", "")), status["status"], fault)
        for message in value.get("messages", []):
            yield _incoming(message)


def _incoming(message: Any) -> InboundText:
    place, image = message.get("location"), message.get("image") or {}
    return InboundText(
        id=str(message["id"]),
        channel="whatsapp",
        sender="+" + str(message["from"]),
        text=str((message.get("text") or {}).get("body", "") or image.get("caption", "")),
        photo=str(image.get("id", "")),
        place=(float(place["latitude"]), float(place["longitude"])) if place else None,
    )
