"""What people are told beside the steps of their case."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kini.booking import queries
from kini.city import pack
from kini.core.delivery import send_text
from kini.core.models import OutboxMessage
from kini.web import formats


def tell_offer(pk: int) -> None:
    """An offer, by phone or e-mail: when, where, and until when it holds. Told again it is not sent again."""
    booking = queries.bookings().select_related("user", "draft").filter(pk=pk, state="offered").first()
    if booking is None or booking.user is None or booking.draft is None or booking.expires_at is None:
        return
    with translation.override(booking.user.language or pack.current().languages[0]):
        words = {
            "title": queries.title_of(booking.slot.service),
            "when": formats.moment(booking.slot.starts_at),
            "where": queries.venue_of(booking.slot).name,
            "until": formats.moment(booking.expires_at),
            "at": f"{settings.ENV.address}{reverse('cases:draft', args=[booking.draft.pk])}",
        }
        subject = _("A place is free: %(title)s") % words
        text = _("A place is free: %(title)s, %(when)s, %(where)s. Take it before %(until)s: %(at)s") % words
    channel, recipient = ("sms", booking.user.phone) if booking.user.phone else ("email", booking.user.email or "")
    if not OutboxMessage.objects.filter(recipient=recipient, text=text).exists():
        send_text(channel=channel, recipient=recipient, subject=subject, text=text)  # type: ignore[arg-type]
