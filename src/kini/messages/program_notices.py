"""Notices to people about the programs that act for them."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from kini.core.actors import system
from kini.core.events import listens
from kini.messages import actions
from kini.messages.recipients import Person
from kini.messages.sorts import Sort, sorts
from kini.people.events import ProgramTokensRevoked
from kini.people.models import User

BY = system("program notices")
REVOKED = "program-revoked"


def register() -> None:
    """Register the texts; called once, when the room is ready."""
    revoked = Sort(
        REVOKED,
        gettext_lazy("When a program was cut off because its access was used twice"),
        {"program": gettext_lazy("Neighbourhood app")},
        gettext_lazy("{program} was cut off"),
        gettext_lazy(
            "A key by which {program} acts in your name was used twice; somebody may have copied it. All its keys have "
            "ended. If you still want the program, connect it again. If not, stop it under “Programs”."
        ),
    )
    sorts.register(revoked.id, revoked)


@listens(ProgramTokensRevoked, name="messages.notify_tokens_revoked")
def tell_revoked(event: ProgramTokensRevoked) -> None:
    """Tell the person, once for each authorization that ended."""
    user = User.objects.filter(pk=event.user, is_active=True).first()
    if user is None:
        return
    actions.tell(
        by=BY,
        to=Person(user, getattr(user, "resident", None)),
        sort=REVOKED,
        key=f"program-revoked:{event.family[:40]}",
        words={"program": event.program},
        link=reverse("people:programs"),
        urgent=True,
    )
