"""Notices to people about the level of assurance of their profile."""

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy

from kini.core.actors import system
from kini.core.events import listens
from kini.messages import actions
from kini.messages.recipients import Person
from kini.messages.sorts import Sort, sorts
from kini.people.assurance import holders
from kini.people.events import AssuranceChanged
from kini.people.levels import level_words
from kini.people.models import AssuranceChange

BY = system("identity notices")
LOST, PROVED = "number-lost", "identity-proved"


def register() -> None:
    """Register the texts; called once, when the room is ready."""
    lost = Sort(
        LOST,
        gettext_lazy("When a number was taken off a profile, as it is somebody else's"),
        {},
        gettext_lazy("A number was taken off your profile"),
        gettext_lazy(
            "The identity number in your profile, or in that of somebody in your family list, was taken off: it was "
            "proved to be somebody else's. If it is yours, take your identity card to a counter."
        ),
    )
    proved = Sort(
        PROVED,
        gettext_lazy("When somebody's identity was proved"),
        {"level": gettext_lazy("Proved at a counter")},
        gettext_lazy("Your profile: {level}"),
        gettext_lazy(
            "Your profile has a new level: {level}. If you were not there, somebody else has shown a card with your "
            "number: go to a counter soon."
        ),
    )
    for sort in (lost, proved):
        sorts.register(sort.id, sort)


@listens(AssuranceChanged, name="messages.notify_assurance")
def tell_changed(event: AssuranceChanged) -> None:
    """Tell every account that reads the profile; the new holder of a number that moved is not named."""
    change = AssuranceChange.objects.select_related("resident__user").get(pk=event.change)
    for user in holders(change.resident):
        to = Person(user, getattr(user, "resident", None))
        with translation.override(to.language):
            words = {"level": level_words(change.level)} if change.level else {}
        actions.tell(
            by=BY,
            to=to,
            sort=PROVED if change.level else LOST,
            key=f"assurance:{change.pk}",
            words=words,
            link=reverse("people:profile"),
            urgent=True,
        )
