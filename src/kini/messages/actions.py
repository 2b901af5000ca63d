"""Actions on messages: notify a person, record the result of deliveries, preferences, officers' decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from kini.city.public import pack
from kini.core import audit, current_time, jobs
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.grants import Scope
from kini.core.ids import parse_pk
from kini.messages import message_texts, queries, rules, web_push
from kini.messages.channels.base import Accepted, channels
from kini.messages.message_types import message_types
from kini.messages.models import Delivery, InboundMessage, Message, OptOut, Preference, Subscription
from kini.messages.permissions import MessagePermission
from kini.messages.providers.base import DeliveryReceipt, InboundText
from kini.messages.recipients import Recipient
from kini.people import rules as people_rules
from kini.people.models import User

DELIVER_JOB, ANSWER_JOB = "messages.deliver", "messages.answer"
#: Keywords that unsubscribe the sender from the channel they write on, as SMS carriers define them, and resubscribe.
STOP_WORDS, START_WORDS = {"STOP", "BERHENTI", "UNSUBSCRIBE"}, {"START", "MULAI"}
MAX_FAULT, MAX_INBOUND_TEXT, MAX_ENDPOINT = 240, 2000, 600


@dataclass(frozen=True, slots=True)
class MessageScope:
    """Scope of a message: determines which officers see that it could not be delivered."""

    agency: str | None = None
    area_path: str = ""
    service: str = ""


@action
def notify(
    *,
    by: Actor,
    to: Recipient,
    message_type: str,
    key: str,
    words: Mapping[str, str],
    link: str = "",
    urgent: bool = False,
    needed_by: datetime | None = None,
    about: MessageScope | None = None,
) -> Message | None:
    """Notify a person of one change. Idempotent: a second call with the same key changes nothing.

    Args:
        key: identifies the change; unique per person.
        words: values of the placeholders in the type's texts, in `to.language`.
        link: path of the page to open next.
        needed_by: deadline for the person to act; further channels are tried until the message is read.

    Returns:
        The message; None if it was sent before or the person cannot be reached.
    """
    about = about or MessageScope()
    if not to.is_reachable:
        return None
    with translation.override(to.language):
        rendered = message_texts.render_message(message_types.get(message_type), dict(words))
    message, created = Message.objects.get_or_create(
        key=key,
        user=to.user,
        **({} if to.user else {"resident": to.resident}),
        defaults={
            "sort": message_type,
            "resident": to.resident,
            "language": to.language,
            "subject": rendered.subject,
            "text": rendered.text,
            "short": rendered.short,
            "words": dict(words),
            "link": link,
            "urgent": urgent,
            "needed_by": needed_by,
            "agency_id": about.agency,
            "area_path": about.area_path,
            "service_id": about.service,
            "at": current_time.now(),
        },
    )
    if not created:
        return None
    _start_next_delivery(message)
    audit.record(
        by=by, action="messages.told", subject=f"message:{message.pk}", detail={"sort": message_type, "key": key}
    )
    return message


def _start_next_delivery(message: Message) -> None:
    """Start delivery by the next channel; mark the message undelivered if none is left and none succeeded."""
    next_channel = queries.next_channel(message)
    if next_channel is None:
        tried = message.deliveries.exists()
        if not queries.was_sent(message) and (tried or message.user_id is None):
            Message.objects.filter(pk=message.pk).update(unreached_at=current_time.now())
        return
    channel, recipient = next_channel
    now = current_time.now()
    due = _after_quiet_hours(message, now)
    delivery = Delivery.objects.create(message=message, channel=channel.id, recipient=recipient[:254], due_at=due)
    _enqueue(delivery, now)


def _after_quiet_hours(message: Message, at: datetime) -> datetime:
    """Earliest time from `at` on when the message may be sent (quiet hours)."""
    if message.urgent:
        return at
    return rules.next_allowed_time(at, message_texts.message_settings().quiet, pack.current().timezone)


def _enqueue(delivery: Delivery, now: datetime) -> None:
    if delivery.due_at > now:
        jobs.enqueue_at(DELIVER_JOB, at=delivery.due_at, delivery=delivery.pk)
    else:
        jobs.enqueue(DELIVER_JOB, delivery=delivery.pk)


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
    _record(by, "messages.handed-over", delivery)


@action
def record_failure(*, by: Actor, delivery: Delivery, fault: str, final: bool) -> None:
    """Record a failed delivery: schedule a retry, or continue with the next channel."""
    now, attempts = current_time.now(), delivery.attempts + 1
    final = final or attempts > len(rules.BACK_OFF)
    waiting = Delivery.objects.filter(pk=delivery.pk, state="waiting")
    fault = fault[:MAX_FAULT]
    if final:
        if waiting.update(state="failed", attempts=attempts, fault=fault, ended_at=now):
            _start_next_delivery(delivery.message)
    else:
        due = _after_quiet_hours(delivery.message, now + rules.BACK_OFF[attempts - 1])
        if waiting.update(attempts=attempts, fault=fault, due_at=due):
            jobs.enqueue_at(DELIVER_JOB, at=due, delivery=delivery.pk)
    _record(by, "messages.not-taken", delivery, attempts=attempts, final=final)


def _record(by: Actor, action: str, delivery: Delivery, **detail: str | int) -> None:
    """Write the audit entry of a delivery."""
    detail = {"channel": delivery.channel, "delivery": delivery.pk, **detail}
    audit.record(by=by, action=action, subject=f"message:{delivery.message_id}", detail=detail)


@action
def try_next_channel(*, by: Actor, message: Message) -> None:
    """Continue with the next channel unless the message was read or a delivery is pending."""
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.read_at is None and not message.deliveries.filter(state="waiting").exists():
        _start_next_delivery(message)
        audit.record(by=by, action="messages.advanced", subject=f"message:{message.pk}")


@action
def mark_read(*, by: Actor, message: Message) -> None:
    """Mark the actor's own message as read and cancel pending deliveries."""
    if message.user_id is None or by.user_id != message.user_id:
        raise NotAllowed(_("This message is addressed to another person."))
    now = current_time.now()
    if Message.objects.filter(pk=message.pk, read_at=None).update(read_at=now):
        waiting = message.deliveries.filter(state="waiting")
        waiting.update(state="failed", ended_at=now, fault="read in the inbox before")
        audit.record(by=by, action="messages.read", subject=f"message:{message.pk}")


@action
def set_preferences(*, by: Actor, user: User, first: str, wanted: set[str]) -> None:
    """Store a user's preferred channel and the channels they accept."""
    if by.user_id != user.pk:
        raise NotAllowed(_("Only the person themselves can change this."))
    if first and first not in channels:
        raise ActionRefused(_("This channel does not exist."))
    Preference.objects.update_or_create(user=user, defaults={"first": first})
    person = Recipient(user, getattr(user, "resident", None))
    for channel in channels:
        recipient = channel.recipient(person)
        if recipient and channel.id in wanted:
            OptOut.objects.filter(channel=channel.id, recipient=recipient).delete()
        elif recipient:
            _opt_out(channel.id, recipient)
    audit.record(
        by=by,
        action="messages.preferred",
        subject=f"user:{user.pk}",
        detail={"first": first, "wanted": sorted(wanted)},
    )


@action
def opt_out(*, by: Actor, channel: str, recipient: str) -> None:
    """Stop messages to a number or address by one channel."""
    _opt_out(channel, recipient)
    audit.record(by=by, action="messages.silenced", subject=f"channel:{channel}")


def _opt_out(channel: str, recipient: str) -> None:
    OptOut.objects.get_or_create(channel=channel, recipient=recipient, defaults={"since": current_time.now()})


def _require(by: Actor, message: Message) -> None:
    scope = Scope(message.agency_id or "", message.area_path, message.service_id)
    people_rules.require(by, MessagePermission.SEE_MESSAGES, scope)


@action
def retry(*, by: Actor, message: Message) -> None:
    """Retry all channels of an undelivered message."""
    _require(by, message)
    if not Message.objects.filter(pk=message.pk, unreached_at__isnull=False, settled_at=None).update(unreached_at=None):
        raise ActionRefused(_("This message is no longer on the list."))
    with transaction.atomic():
        message.deliveries.filter(state="failed").delete()
        _start_next_delivery(message)
    audit.record(by=by, action="messages.retried", subject=f"message:{message.pk}")


@action
def mark_settled(*, by: Actor, message: Message) -> None:
    """Close an undelivered message: an officer informed the person in another way."""
    _require(by, message)
    if not Message.objects.filter(pk=message.pk, unreached_at__isnull=False, settled_at=None).update(
        settled_at=current_time.now()
    ):
        raise ActionRefused(_("This message is no longer on the list."))
    audit.record(by=by, action="messages.settled", subject=f"message:{message.pk}")


@action
def mark_posted(*, by: Actor, delivery: Delivery) -> None:
    """Record that an officer printed and mailed a message."""
    _require(by, delivery.message)
    now = current_time.now()
    if not Delivery.objects.filter(pk=delivery.pk, channel="post", state="waiting").update(
        state="sent", sent_at=now, attempts=1
    ):
        raise ActionRefused(_("This letter is no longer on the list."))
    _record(by, "messages.posted", delivery)


@action
def transfer_messages(*, by: Actor, gone: int, kept: int, user: int) -> int:
    """Move messages of a merged resident without account to the inbox of the account; return their number."""
    own = Message.objects.filter(user_id=user).values("key")
    count = Message.objects.filter(resident_id=gone, user=None).exclude(key__in=own).update(resident=kept, user=user)
    audit.record(by=by, action="messages.handed-on", subject=f"resident:{kept}", detail={"gone": gone, "count": count})
    return count


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
        _start_next_delivery(delivery.message)
    _record(by, "messages.receipt", delivery, state=receipt.state)


#: Delivery states in which a receipt of each type still changes anything.
STATES_BEFORE: Mapping[str, tuple[str, ...]] = {
    "sent": ("waiting",),
    "delivered": ("waiting", "sent"),
    "read": ("waiting", "sent", "delivered"),
    "failed": ("waiting", "sent"),
}


@action
def receive(*, by: Actor, provider: str, incoming: InboundText) -> None:
    """Store an inbound message once and queue its reply. STOP and START keywords (un)subscribe the sender."""
    inbound, created = InboundMessage.objects.get_or_create(
        provider=provider,
        external_id=incoming.id,
        defaults={
            "channel": incoming.channel,
            "sender": incoming.sender[:20],
            "text": incoming.text.replace("\0", "")[:MAX_INBOUND_TEXT],
            "photo": incoming.photo,
            "latitude": incoming.place[0] if incoming.place else None,
            "longitude": incoming.place[1] if incoming.place else None,
            "at": current_time.now(),
        },
    )
    if not created:
        return
    word = inbound.text.strip().upper()
    if word in STOP_WORDS:
        _opt_out(inbound.channel, inbound.sender)
    elif word in START_WORDS:
        OptOut.objects.filter(channel=inbound.channel, recipient=inbound.sender).delete()
    else:
        jobs.enqueue(ANSWER_JOB, heard=inbound.pk)
    audit.record(by=by, action="messages.heard", subject=f"heard:{inbound.pk}", detail={"channel": inbound.channel})


@action
def record_reply(*, by: Actor, inbound: InboundMessage, reply: str) -> None:
    """Record the reply to an inbound message."""
    InboundMessage.objects.filter(pk=inbound.pk, answered_at=None).update(reply=reply, answered_at=current_time.now())
    audit.record(by=by, action="messages.answered", subject=f"heard:{inbound.pk}")


@action
def subscribe(*, by: Actor, user: User, endpoint: str, public: str, auth: str) -> None:
    """Subscribe a browser to push messages; a subscription of another user moves to this one.

    Raises:
        ActionRefused: when endpoint or keys are invalid.
    """
    if by.user_id != user.pk:
        raise NotAllowed(_("Only the person themselves can change this."))
    if (
        not web_push.is_push_service(endpoint)
        or len(endpoint) > MAX_ENDPOINT
        or not web_push.are_subscription_keys(public, auth)
    ):
        raise ActionRefused(_("Push messages do not work in this browser. Try another one."))
    values = {"user": user, "public": public, "auth": auth, "made_at": current_time.now()}
    Subscription.objects.update_or_create(endpoint=endpoint, defaults=values)
    OptOut.objects.filter(channel="push", recipient=f"devices-{user.pk}").delete()
    audit.record(by=by, action="messages.subscribed", subject=f"user:{user.pk}")
