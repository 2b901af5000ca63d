"""Schedule of deliveries: next channel of a message, quiet hours, job."""

from datetime import datetime

from kini.city.public import pack
from kini.core import audit, current_time, jobs
from kini.core.actors import Actor
from kini.messages import message_texts, queries, rules
from kini.messages.models import Delivery, Message

DELIVER_JOB = "messages.deliver"


def start_next_delivery(message: Message) -> None:
    """Start delivery by the next channel; mark the message undelivered if none is left and none succeeded."""
    next_channel = queries.next_channel(message)
    if next_channel is None:
        tried = message.deliveries.exists()
        if not queries.was_sent(message) and (tried or message.user_id is None):
            Message.objects.filter(pk=message.pk).update(unreached_at=current_time.now())
        return
    channel, recipient = next_channel
    now = current_time.now()
    due = after_quiet_hours(message, now)
    delivery = Delivery.objects.create(message=message, channel=channel.id, recipient=recipient[:254], due_at=due)
    _enqueue(delivery, now)


def after_quiet_hours(message: Message, at: datetime) -> datetime:
    """Earliest time from `at` on when the message may be sent (quiet hours)."""
    if message.urgent:
        return at
    return rules.next_allowed_time(at, message_texts.message_settings().quiet, pack.current().timezone)


def _enqueue(delivery: Delivery, now: datetime) -> None:
    if delivery.due_at > now:
        jobs.enqueue_at(DELIVER_JOB, at=delivery.due_at, delivery=delivery.pk)
    else:
        jobs.enqueue(DELIVER_JOB, delivery=delivery.pk)


def audit_delivery(by: Actor, action: str, delivery: Delivery, **detail: str | int) -> None:
    """Write the audit entry of a delivery."""
    detail = {"channel": delivery.channel, "delivery": delivery.pk, **detail}
    audit.record(by=by, action=action, subject=f"message:{delivery.message_id}", detail=detail)
