"""Notifications of the waiting list; steps of a case are notified by `cases`."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kini.booking import queries
from kini.booking.models import Booking
from kini.core import current_time
from kini.core.actors import system
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient
from kini.web import formats

#: A slot this close is announced at once: people may be on their way.
NEAR = timedelta(hours=12)
OFFER = MessageType(
    "place-offered",
    _("When a place becomes free for somebody on the waiting list"),
    {
        "title": _("Swimming"),
        "when": _("Saturday, 10:00"),
        "where": _("The city's pool"),
        "until": "09:30",
        "address": "https://kini.example/apply/7f3k9q2m/",
    },
    _("A place is free: {title}"),
    _("A place is free: {title}, {when}, {where}. Take it before {until}: {address}"),
)


CLOSED = MessageType(
    "place-closed",
    _("When a time with a waiting list is closed"),
    {
        "title": _("Swimming"),
        "when": _("Saturday, 10:00"),
        "where": _("The city's pool"),
        "message": _("The water is being cleaned."),
        "address": "https://kini.example/apply/7f3k9q2m/",
    },
    _("No longer on the waiting list: {title}"),
    _("{title}, {when}, {where} is closed and its waiting list has ended. {message} Choose another time: {address}"),
)


def notify_offer(pk: int) -> None:
    """Notify of an offer: time, place and deadline. Sent at once, since it expires."""
    booking = _waiting(pk)
    if booking and booking.state == "offered" and (until := booking.expires_at):
        key = f"booking:{booking.pk}:{until:%Y%m%d%H%M}"
        _tell(booking, OFFER, key, True, lambda: {"until": formats.moment(until)})


def notify_closed(pk: int, message: str) -> None:
    """Notify that the slot was closed, and why. Sent in the morning unless the slot is near."""
    if booking := _waiting(pk):
        near = booking.slot.starts_at - current_time.now() < NEAR
        _tell(booking, CLOSED, f"booking:{booking.pk}:closed", near, lambda: {"message": message})


def _waiting(pk: int) -> Booking | None:
    """A booking from the waiting list that still has a user and a draft."""
    bookings = queries.bookings().select_related("user", "draft", "slot__area", "slot__service")
    return bookings.filter(pk=pk, user__isnull=False, draft__isnull=False).first()


def _tell(
    booking: Booking, message_type: MessageType, key: str, urgent: bool, more: Callable[[], dict[str, str]]
) -> None:
    """Send a message; `more` returns further values in the person's language."""
    assert booking.user
    assert booking.draft
    to, link = Recipient(booking.user), reverse("cases:draft", args=[booking.draft.pk])
    with translation.override(to.language):
        words = {
            "title": str(queries.title_of(booking.slot.service)),
            "when": formats.moment(booking.slot.starts_at),
            "where": str(queries.venue_of(booking.slot).name),
            "address": f"{settings.ENV.address}{link}",
        } | more()
    messages.notify(
        by=system("booking"),
        to=to,
        message_type=message_type.id,
        key=key,
        words=words,
        link=link,
        urgent=urgent,
        about=messages.MessageScope(booking.slot.service.agency_id, booking.slot.area.path, booking.slot.service_id),
    )
