"""Messages about the identity assurance level of a profile."""

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy

from kini.core.actors import system
from kini.core.events import subscribe
from kini.messages import actions
from kini.messages.message_types import MessageType, message_types
from kini.messages.recipients import Recipient
from kini.people.assurance import accounts_with_access
from kini.people.assurance_levels import level_label
from kini.people.events import AssuranceChanged
from kini.people.models import AssuranceChange

BY = system("identity notices")
LOST, PROVED = "number-lost", "identity-proved"


def register() -> None:
    """Register the message types."""
    lost = MessageType(
        LOST,
        gettext_lazy("When an identity number was removed from a profile because it belongs to another person"),
        {},
        gettext_lazy("An identity number was removed from your profile"),
        gettext_lazy(
            "The identity number in your profile, or in that of somebody in your family list, was removed: another "
            "person proved that it is theirs. If it is yours, take your identity card to a counter."
        ),
    )
    proved = MessageType(
        PROVED,
        gettext_lazy("When an identity was proved"),
        {"level": gettext_lazy("Proved at a counter")},
        gettext_lazy("Your profile: {level}"),
        gettext_lazy(
            "Your profile has a new level: {level}. If this was not you, another person showed a card with your "
            "number: please go to a counter soon."
        ),
    )
    for message_type in (lost, proved):
        message_types.register(message_type.id, message_type)


@subscribe(AssuranceChanged, name="messages.notify_assurance")
def notify_assurance_changed(event: AssuranceChanged) -> None:
    """Notify all accounts with access to the profile. The new holder of a moved number is not disclosed."""
    change = AssuranceChange.objects.select_related("resident__user").get(pk=event.change)
    for user in accounts_with_access(change.resident):
        to = Recipient(user, getattr(user, "resident", None))
        with translation.override(to.language):
            words = {"level": level_label(change.level)} if change.level else {}
        actions.notify(
            by=BY,
            to=to,
            message_type=PROVED if change.level else LOST,
            key=f"assurance:{change.pk}",
            words=words,
            link=reverse("people:profile"),
            urgent=True,
        )
