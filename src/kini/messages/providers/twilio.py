"""SMS by providers with Twilio's API (2010-04-01), which several vendors offer.

Messages are form posts with HTTP basic authentication. Webhooks are forms signed with HMAC-SHA1 over the URL and all
fields in order. Source: Twilio, "Messages resource" and "Webhooks security".
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

import httpx

from kini.core import tls
from kini.messages.channels.base import Accepted, PermanentFailure, TemporaryFailure
from kini.messages.providers import configuration
from kini.messages.providers.base import (
    DeliveryReceipt,
    InboundText,
    InvalidSignature,
    OutgoingMessage,
    Provider,
    ProviderChannel,
)

TIMEOUT = httpx.Timeout(8.0, connect=3.0)
#: Invalid number, not a mobile number, opted out, too long, empty.
PERMANENT_CODES = {21211, 21614, 21610, 21617, 21602}
STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "undelivered": "failed", "failed": "failed"}


def twilio_signature(token: str, address: str, fields: Sequence[tuple[str, str]]) -> str:
    """Compute the X-Twilio-Signature header."""
    signed = address + "".join(f"{name}{value}" for name, value in sorted(fields))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), hashlib.sha1)).decode()


class Twilio(Provider):
    """Twilio-compatible SMS provider.

    Args:
        name: name in the configuration.
        address: base URL of the API, without trailing slash.
        account, token: credentials.
        sender: sender number or name.
    """

    channel: ClassVar[ProviderChannel] = "sms"

    def __init__(self, name: str, *, account: str, token: str, sender: str, address: str) -> None:
        self.name, self.account, self.token, self.sender = name, account, token, sender
        self.url = f"{address}/2010-04-01/Accounts/{account}/Messages.json"

    def send(self, out: OutgoingMessage) -> Accepted:
        form = {"To": out.recipient, "From": self.sender, "Body": out.text}
        if out.key:
            form["StatusCallback"] = f"{configuration.webhook_url(self.name)}?key={out.key}"
        try:
            response = httpx.post(
                self.url, data=form, auth=(self.account, self.token), timeout=TIMEOUT, verify=tls.context()
            )
            answer = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise TemporaryFailure(f"{self.name} did not respond: {type(error).__name__}") from None
        if response.is_success:
            return Accepted("sent" if out.key else "delivered", self.name, str(answer["sid"]))
        error_text = f"{self.name} answered {answer.get('code', response.status_code)}: {answer.get('message', '')}"
        raise (PermanentFailure if answer.get("code") in PERMANENT_CODES else TemporaryFailure)(error_text)

    def parse_webhook(
        self, address: str, headers: Mapping[str, str], body: bytes
    ) -> Sequence[DeliveryReceipt | InboundText]:
        fields = parse_qsl(body.decode(), keep_blank_values=True)
        right = twilio_signature(self.token, address, fields)
        if not hmac.compare_digest(right, headers.get("X-Twilio-Signature", "")):
            raise InvalidSignature("The signature is invalid.")
        form = dict(fields)
        if state := STATES.get(form.get("MessageStatus", "")):
            key = dict(parse_qsl(urlsplit(address).query)).get("key", "")
            return [DeliveryReceipt(key, state, form.get("ErrorCode", ""))]  # type: ignore[arg-type]
        if form.get("Body") and form.get("From"):
            return [InboundText(form["MessageSid"], "sms", form["From"], form["Body"])]
        return []
