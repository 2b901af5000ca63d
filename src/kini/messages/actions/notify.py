"""Notify a person; messages in the inbox: mark as read, transfer to another profile."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor, NotAllowed
from kini.messages import message_texts
from kini.messages.delivery_schedule import start_next_delivery
from kini.messages.message_types import message_types
from kini.messages.models import Message
from kini.messages.recipients import Recipient


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

    Raises:
        ValueError: when `words` are not those of the type.
    """
    about = about or MessageScope()
    if wrong := message_types.get(message_type).words.keys() ^ words.keys():
        raise ValueError(f'messages "{message_type}" and their sender differ in: {", ".join(sorted(wrong))}')
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
    start_next_delivery(message)
    audit.record(
        by=by, action="messages.told", subject=f"message:{message.pk}", detail={"sort": message_type, "key": key}
    )
    return message


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
def transfer_messages(*, by: Actor, gone: int, kept: int, user: int) -> int:
    """Move messages of a merged resident without account to the inbox of the account; return their number."""
    own = Message.objects.filter(user_id=user).values("key")
    count = Message.objects.filter(resident_id=gone, user=None).exclude(key__in=own).update(resident=kept, user=user)
    audit.record(by=by, action="messages.handed-on", subject=f"resident:{kept}", detail={"gone": gone, "count": count})
    return count
