"""What people are told beside the steps of their case."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kini.booking import queries
from kini.core.actors import system
from kini.messages import actions as messages
from kini.messages.recipients import Person
from kini.messages.sorts import Sort
from kini.web import formats

OFFER = Sort(
    "place-offered",
    _("When a place became free for somebody who waits"),
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


def tell_offer(pk: int) -> None:
    """An offer: when, where, and until when it holds. It does not wait for the morning, as it runs out."""
    found = queries.bookings().select_related("user", "draft", "slot__area", "slot__service")
    booking = found.filter(pk=pk, state="offered").first()
    if booking is None or booking.user is None or booking.draft is None or booking.expires_at is None:
        return
    to, link = Person(booking.user), reverse("cases:draft", args=[booking.draft.pk])
    with translation.override(to.language):
        words = {
            "title": str(queries.title_of(booking.slot.service)),
            "when": formats.moment(booking.slot.starts_at),
            "where": str(queries.venue_of(booking.slot).name),
            "until": formats.moment(booking.expires_at),
            "address": f"{settings.ENV.address}{link}",
        }
    messages.tell(
        by=system("booking"),
        to=to,
        sort=OFFER.id,
        key=f"booking:{booking.pk}:{booking.expires_at:%Y%m%d%H%M}",
        words=words,
        link=link,
        urgent=True,
        about=messages.About(booking.slot.service.agency_id, booking.slot.area.path, booking.slot.service_id),
    )
