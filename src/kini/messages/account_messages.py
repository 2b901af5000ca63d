"""Messages about a person's account: identity assurance of the profile, revoked OAuth clients."""

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy

from kini.core.actors import system
from kini.core.events import subscribe
from kini.messages import actions
from kini.messages.message_types import MessageType, message_types
from kini.messages.recipients import Recipient
from kini.people.events import AssuranceChanged, ProgramTokensRevoked
from kini.people.models import AssuranceChange, User
from kini.people.public import assurance, assurance_levels

NUMBER_LOST = MessageType(
    "number-lost",
    gettext_lazy("When an identity number was removed from a profile because it belongs to another person"),
    {},
    gettext_lazy("An identity number was removed from your profile"),
    gettext_lazy(
        "The identity number in your profile, or in that of somebody in your family list, was removed: another "
        "person proved that it is theirs. If it is yours, take your identity card to a counter."
    ),
)
IDENTITY_PROVED = MessageType(
    "identity-proved",
    gettext_lazy("When an identity was proved"),
    {"level": gettext_lazy("Proved at a counter")},
    gettext_lazy("Your profile: {level}"),
    gettext_lazy(
        "Your profile has a new level: {level}. If this was not you, another person showed a card with your "
        "number: please go to a counter soon."
    ),
)
CLIENT_REVOKED = MessageType(
    "program-revoked",
    gettext_lazy("When a program was disconnected because its access key was used twice"),
    {"program": gettext_lazy("Neighbourhood app")},
    gettext_lazy("{program} was disconnected"),
    gettext_lazy(
        "An access key of {program} was used twice; somebody may have copied it. All its keys were revoked. If you "
        "still want to use the program, connect it again. If not, stop it under “Programs”."
    ),
)


def register() -> None:
    """Register the message types."""
    for message_type in (CLIENT_REVOKED, NUMBER_LOST, IDENTITY_PROVED):
        message_types.register(message_type.id, message_type)


@subscribe(AssuranceChanged, name="messages.notify_assurance")
def notify_assurance_changed(event: AssuranceChanged) -> None:
    """Notify all accounts with access to the profile. The new holder of a moved number is not disclosed."""
    change = AssuranceChange.objects.select_related("resident__user").get(pk=event.change)
    message_type = IDENTITY_PROVED if change.level else NUMBER_LOST
    for user in assurance.accounts_with_access(change.resident):
        recipient = Recipient(user, getattr(user, "resident", None))
        with translation.override(recipient.language):
            words = {"level": assurance_levels.level_label(change.level)} if change.level else {}
        actions.notify(
            by=system("identity notices"),
            to=recipient,
            message_type=message_type.id,
            key=f"assurance:{change.pk}",
            words=words,
            link=reverse("people:profile"),
            urgent=True,
        )


@subscribe(ProgramTokensRevoked, name="messages.notify_tokens_revoked")
def notify_client_revoked(event: ProgramTokensRevoked) -> None:
    """Notify the user, once per revoked authorization."""
    user = User.objects.filter(pk=event.user, is_active=True).first()
    if user is None:
        return
    actions.notify(
        by=system("program notices"),
        to=Recipient(user, getattr(user, "resident", None)),
        message_type=CLIENT_REVOKED.id,
        key=f"program-revoked:{event.family[:40]}",
        words={"program": event.program},
        link=reverse("people:programs"),
        urgent=True,
    )
