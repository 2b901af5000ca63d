"""Messages to volunteers: a shift is near, or was cancelled."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kini.core.actors import system
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient, message_types
from kini.together.volunteers import queries
from kini.together.volunteers.models import SignUp
from kini.web import formats

_WORDS = {
    "activity": "River clean-up",
    "moment": "3 April 2026 08.00",
    "place": "RW 03 office",
    "role": "helper",
    "address": "https://kini.example/together/volunteer/own/",
}
NEAR = MessageType(
    "volunteer-shift-near",
    _("The day before a shift, to its volunteers"),
    _WORDS,
    _("{activity}, {moment}"),
    _("Your shift: {activity}, {role}. {moment}, {place}. You cannot come? Give the place back: {address}"),
)
CANCELLED = MessageType(
    "volunteer-shift-cancelled",
    _("When a shift is cancelled, to its volunteers"),
    _WORDS | {"reason": "Heavy rain"},
    _("Cancelled: {activity}, {moment}"),
    _("The shift {activity} on {moment} does not take place. Reason: {reason}. Other shifts: {address}"),
)


def register() -> None:
    """Register the message types; called once at start."""
    for each in (NEAR, CANCELLED):
        message_types.register(each.id, each)


def notify(sign_up: SignUp, message_type: MessageType) -> None:
    """Send a message about a sign-up to the volunteer, or to the family member who listed them. Once."""
    user = queries.account_of(sign_up.volunteer.resident)
    if user is None:
        return
    to, shift = Recipient(user), sign_up.shift
    own = reverse("together:own-shifts")
    with translation.override(to.language):
        words = {
            "activity": shift.activity.name,
            "moment": formats.moment(shift.starts_at),
            "place": shift.activity.meeting_point,
            "role": sign_up.role.name,
            "address": f"{settings.ENV.address}{own}",
            "reason": shift.cancelled_because,
        }
    messages.notify(
        by=system("together"),
        to=to,
        message_type=message_type.id,
        key=f"together:{message_type.id}:{sign_up.pk}",
        words={name: value for name, value in words.items() if name in message_type.words},
        link=own,
    )
