"""Web push channel."""

import json
from typing import ClassVar

import httpx
from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from kini.core import tls
from kini.messages import web_push
from kini.messages.channels.base import Accepted, Channel, PermanentFailure, TemporaryFailure, show_in_outbox
from kini.messages.models import Delivery, Message, Subscription
from kini.messages.recipients import Recipient

TIMEOUT = httpx.Timeout(8.0, connect=3.0)
#: The push service stores a message this long while the browser is offline.
TTL_SECONDS = 24 * 60 * 60
GONE = {404, 410}


class Push(Channel):
    """Notification on the person's subscribed browsers. Only the subject is sent, since others may see the screen."""

    id: ClassVar[str] = "push"
    label: ClassVar[str | Promise] = gettext_lazy("On this device")

    def ready(self) -> bool:
        return True

    def recipient(self, person: Recipient) -> str:
        subscribed = person.user and Subscription.objects.filter(user=person.user).exists()
        return f"devices-{person.user.pk}" if person.user and subscribed else ""

    def send(self, delivery: Delivery) -> Accepted:
        message = delivery.message
        content = push_payload(message).encode()
        subscriptions = Subscription.objects.filter(user=message.user)
        statuses = {_post(each, content, urgent=message.urgent) for each in subscriptions}
        if any(200 <= status < 300 for status in statuses):
            show_in_outbox(delivery, message.subject)
            return Accepted()
        if statuses <= GONE:
            raise PermanentFailure("no active push subscription")
        raise TemporaryFailure(f"push services answered {sorted(statuses)}")


def push_payload(message: Message) -> str:
    """JSON payload for static/messages/push-worker.js."""
    link = reverse("messages:message", args=[message.pk])
    return json.dumps({"title": message.subject, "link": link, "tag": f"message-{message.pk}"})


def _post(subscription: Subscription, content: bytes, *, urgent: bool) -> int:
    """Post to the push service and return the HTTP status; delete an expired subscription."""
    headers = {
        "Authorization": web_push.authorization(subscription.endpoint, settings.ENV.address),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(TTL_SECONDS),
        "Urgency": "high" if urgent else "normal",
    }
    try:
        body = web_push.encrypt_payload(content, subscription.public, subscription.auth)
        status = httpx.post(
            subscription.endpoint, content=body, headers=headers, timeout=TIMEOUT, verify=tls.context()
        ).status_code
    except httpx.HTTPError:
        return 599
    if status in GONE:
        subscription.delete()
    return status
