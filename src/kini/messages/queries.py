"""Queries on messages: inbox, available channels, undelivered messages, letters to mail."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from kini.core.actors import Actor
from kini.messages import rules
from kini.messages.channels.base import Channel, channels
from kini.messages.models import SENT_STATES, Delivery, Message, OptOut, Preference
from kini.messages.permissions import MessagePermission
from kini.messages.recipients import Recipient, recipient_of
from kini.people.models import Resident, User
from kini.people.public import permission_filters


def inbox(user: User) -> QuerySet[Message]:
    """Messages of a user, newest first."""
    return Message.objects.filter(user=user).order_by("-pk")


def count_unread(user_id: int) -> int:
    """Number of unread messages of a user."""
    return Message.objects.filter(user_id=user_id, read_at__isnull=True).count()


def open_channels(person: Recipient) -> list[tuple[Channel, str]]:
    """Available channels of a person with their address, in order of use; opt-outs are excluded."""
    first = Preference.objects.filter(user=person.user).values_list("first", flat=True).first() if person.user else ""
    available = {each.id: (each, to) for each in channels if each.ready() and (to := each.recipient(person))}
    excluded = opt_outs({recipient for _, recipient in available.values()})
    allowed = [name for name, (_, recipient) in available.items() if (name, recipient) not in excluded]
    return [available[name] for name in rules.preferred_first(allowed, first or "")]


def opt_outs(recipients: Collection[str]) -> set[tuple[str, str]]:
    """Opt-outs among these recipients, as (channel, recipient)."""
    return set(OptOut.objects.filter(recipient__in=recipients).values_list("channel", "recipient"))


def next_channel(message: Message) -> tuple[Channel, str] | None:
    """Next untried channel; a last resort only if the person must act."""
    tried = set(message.deliveries.values_list("channel", flat=True))
    untried = [each for each in open_channels(recipient_of(message)) if each[0].id not in tried]
    return next((each for each in untried if message.needed_by or not each[0].last_resort), None)


def due_for_next_channel(now: datetime) -> list[Message]:
    """Messages due for their next channel: unread although action is needed, or without an expected receipt."""
    waiting = Message.objects.filter(deliveries__state="waiting").values("pk")
    unread = Message.objects.filter(read_at__isnull=True, unreached_at__isnull=True).exclude(pk__in=waiting)
    with_deadline = unread.filter(needed_by__gt=now)
    late_receipt = Q(deliveries__state="sent", deliveries__sent_at__lt=now - rules.RECEIPT_TIMEOUT)
    unconfirmed = unread.filter(late_receipt, needed_by__isnull=True, at__gt=now - 3 * rules.RECEIPT_TIMEOUT)
    unconfirmed = unconfirmed.exclude(deliveries__state__in=("delivered", "read")).distinct()
    overdue = [each for each in with_deadline if _wait_is_over(each, now)]
    return [each for each in (*overdue, *unconfirmed) if next_channel(each)]


def _wait_is_over(message: Message, now: datetime) -> bool:
    last = message.deliveries.order_by("-pk").first()
    if last is None or message.needed_by is None or last.state == "read":
        return False
    since = last.sent_at or last.due_at
    left = max(1, len(open_channels(recipient_of(message))) - message.deliveries.count())
    return now >= since + rules.wait_before_next(since, message.needed_by, left)


def undelivered(actor: Actor) -> QuerySet[Message]:
    """Open undelivered messages within the officer's scope."""
    visible = Message.objects.filter(permission_filters.visible_cases_q(actor, MessagePermission.SEE_MESSAGES))
    messages = visible.filter(unreached_at__isnull=False, settled_at__isnull=True)
    return messages.prefetch_related(prefetch_deliveries()).order_by("-unreached_at", "-pk")


def letters_to_print(actor: Actor) -> QuerySet[Delivery]:
    """Letters within the officer's scope that must be printed and mailed."""
    visible = Message.objects.filter(permission_filters.visible_cases_q(actor, MessagePermission.SEE_MESSAGES))
    letters = Delivery.objects.filter(channel="post", state="waiting", message__in=visible)
    return letters.select_related("message__resident__area").order_by("due_at", "pk")


def residents_of(messages: Iterable[Message]) -> set[int]:
    """Ids of the residents addressed by these messages, directly or by their account. One query."""
    messages = list(messages)
    users = {each.user_id for each in messages if each.user_id and not each.resident_id}
    by_account = Resident.objects.filter(user_id__in=users).values_list("pk", flat=True) if users else ()
    return {each.resident_id for each in messages if each.resident_id} | set(by_account)


def prefetch_deliveries() -> "Prefetch[str]":
    """Prefetch of a message's deliveries, in order."""
    return Prefetch("deliveries", Delivery.objects.order_by("pk"))


def was_sent(message: Message) -> bool:
    """Return whether any channel accepted the message."""
    return message.deliveries.filter(state__in=SENT_STATES).exists()
