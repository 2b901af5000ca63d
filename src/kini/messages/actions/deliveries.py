"""Deliveries of a message: next channel, accepted, failed, receipts of providers."""

from collections.abc import Mapping

from kini.core import audit, current_time, jobs
from kini.core.actions import action
from kini.core.actors import Actor
from kini.core.ids import parse_pk
from kini.messages import rules
from kini.messages.channels.base import Accepted
from kini.messages.delivery_schedule import DELIVER_JOB, after_quiet_hours, audit_delivery, start_next_delivery
from kini.messages.models import Delivery, Message
from kini.messages.providers.base import DeliveryReceipt

MAX_FAULT = 240
#: Delivery states in which a receipt of each type still changes anything.
STATES_BEFORE: Mapping[str, tuple[str, ...]] = {
    "sent": ("waiting",),
    "delivered": ("waiting", "sent"),
    "read": ("waiting", "sent", "delivered"),
    "failed": ("waiting", "sent"),
}


@action
def record_accepted(*, by: Actor, delivery: Delivery, accepted: Accepted) -> None:
    """Record that a channel accepted a message."""
    now = current_time.now()
    ended = now if accepted.state == "delivered" else None
    Delivery.objects.filter(pk=delivery.pk, state="waiting").update(
        state=accepted.state,
        provider=accepted.provider,
        reference=accepted.reference,
        attempts=delivery.attempts + 1,
        sent_at=now,
        ended_at=ended,
        fault="",
    )
    audit_delivery(by, "messages.handed-over", delivery)


@action
def record_failure(*, by: Actor, delivery: Delivery, fault: str, final: bool) -> None:
    """Record a failed delivery: schedule a retry, or continue with the next channel."""
    now, attempts = current_time.now(), delivery.attempts + 1
    final = final or attempts > len(rules.BACK_OFF)
    waiting = Delivery.objects.filter(pk=delivery.pk, state="waiting")
    fault = fault[:MAX_FAULT]
    if final:
        if waiting.update(state="failed", attempts=attempts, fault=fault, ended_at=now):
            start_next_delivery(delivery.message)
    else:
        due = after_quiet_hours(delivery.message, now + rules.BACK_OFF[attempts - 1])
        if waiting.update(attempts=attempts, fault=fault, due_at=due):
            jobs.enqueue_at(DELIVER_JOB, at=due, delivery=delivery.pk)
    audit_delivery(by, "messages.not-taken", delivery, attempts=attempts, final=final)


@action
def try_next_channel(*, by: Actor, message: Message) -> None:
    """Continue with the next channel unless the message was read or a delivery is pending."""
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.read_at is None and not message.deliveries.filter(state="waiting").exists():
        start_next_delivery(message)
        audit.record(by=by, action="messages.advanced", subject=f"message:{message.pk}")


@action
def record_receipt(*, by: Actor, receipt: DeliveryReceipt) -> None:
    """Apply a provider's delivery receipt. Receipts may arrive early, twice, or out of order."""
    locked = Delivery.objects.select_for_update().select_related("message")
    delivery = locked.filter(pk=parse_pk(receipt.key)).first()
    if delivery is None or delivery.state not in STATES_BEFORE[receipt.state]:
        return
    now = current_time.now()
    delivery.state, delivery.sent_at = receipt.state, delivery.sent_at or now
    delivery.ended_at = None if receipt.state == "sent" else now
    delivery.fault = receipt.fault[:MAX_FAULT]
    delivery.save(update_fields=["state", "sent_at", "ended_at", "fault"])
    if receipt.state == "read":
        Message.objects.filter(pk=delivery.message_id, read_at=None).update(read_at=now)
    elif receipt.state == "failed":
        start_next_delivery(delivery.message)
    audit_delivery(by, "messages.receipt", delivery, state=receipt.state)
