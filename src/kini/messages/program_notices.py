"""Messages about OAuth clients that act for a user."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from kini.core.actors import system
from kini.core.events import subscribe
from kini.messages import actions
from kini.messages.message_types import MessageType, message_types
from kini.messages.recipients import Recipient
from kini.people.events import ProgramTokensRevoked
from kini.people.models import User

BY = system("program notices")
REVOKED = "program-revoked"


def register() -> None:
    """Register the message types."""
    revoked = MessageType(
        REVOKED,
        gettext_lazy("When a program was disconnected because its access key was used twice"),
        {"program": gettext_lazy("Neighbourhood app")},
        gettext_lazy("{program} was disconnected"),
        gettext_lazy(
            "An access key of {program} was used twice; somebody may have copied it. All its keys were revoked. If you "
            "still want to use the program, connect it again. If not, stop it under “Programs”."
        ),
    )
    message_types.register(revoked.id, revoked)


@subscribe(ProgramTokensRevoked, name="messages.notify_tokens_revoked")
def notify_client_revoked(event: ProgramTokensRevoked) -> None:
    """Notify the user, once per revoked authorization."""
    user = User.objects.filter(pk=event.user, is_active=True).first()
    if user is None:
        return
    actions.notify(
        by=BY,
        to=Recipient(user, getattr(user, "resident", None)),
        message_type=REVOKED,
        key=f"program-revoked:{event.family[:40]}",
        words={"program": event.program},
        link=reverse("people:programs"),
        urgent=True,
    )
