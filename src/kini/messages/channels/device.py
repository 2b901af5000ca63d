"""Web push channel."""

import json
from typing import ClassVar

import httpx
from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from kini.messages import push
from kini.messages.channels.base import Channel
from kini.messages.channels.plain import shown
from kini.messages.handing import ChannelFault, Handed, Rejected
from kini.messages.models import Delivery, Message, Subscription
from kini.messages.recipients import Person

TIMEOUT = httpx.Timeout(8.0, connect=3.0)
#: The push service stores a message this long while the browser is offline.
KEPT_SECONDS = 24 * 60 * 60
GONE = (404, 410)


class Push(Channel):
    """Notification on the person's subscribed browsers. Only the subject is sent, since others may see the screen."""

    id: ClassVar[str] = "push"
    label: ClassVar[str | Promise] = gettext_lazy("On this device")

    def ready(self) -> bool:
        return True

    def recipient(self, person: Person) -> str:
        found = person.user and Subscription.objects.filter(user=person.user).exists()
        return f"devices-{person.user.pk}" if person.user and found else ""

    def send(self, delivery: Delivery) -> Handed:
        message = delivery.message
        content = content_of(message).encode()
        answers = {
            _post(each, content, urgent=message.urgent) for each in Subscription.objects.filter(user=message.user)
        }
        if any(200 <= status < 300 for status in answers):
            shown(delivery, message.subject)
            return Handed()
        if answers <= set(GONE):
            raise Rejected("no active push subscription")
        raise ChannelFault(f"push services answered {sorted(answers)}")


def content_of(message: Message) -> str:
    """JSON payload for static/messages/push-worker.js."""
    link = reverse("messages:message", args=[message.pk])
    return json.dumps({"title": message.subject, "link": link, "tag": f"message-{message.pk}"})


def _post(to: Subscription, content: bytes, *, urgent: bool) -> int:
    """Post to the push service and return the HTTP status; delete an expired subscription."""
    headers = {
        "Authorization": push.authorization(to.endpoint, settings.ENV.address),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_SECONDS),
        "Urgency": "high" if urgent else "normal",
    }
    try:
        body = push.seal(content, to.public, to.auth)
        status = httpx.post(to.endpoint, content=body, headers=headers, timeout=TIMEOUT).status_code
    except httpx.HTTPError:
        return 599
    if status in GONE:
        to.delete()
    return status
