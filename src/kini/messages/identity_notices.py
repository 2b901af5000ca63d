"""Messages about the identity assurance level of a profile."""

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
    """Register the message types."""
    lost = Sort(
        LOST,
        gettext_lazy("When an identity number was removed from a profile because it belongs to another person"),
        {},
        gettext_lazy("An identity number was removed from your profile"),
        gettext_lazy(
            "The identity number in your profile, or in that of somebody in your family list, was removed: another "
            "person proved that it is theirs. If it is yours, take your identity card to a counter."
        ),
    )
    proved = Sort(
        PROVED,
        gettext_lazy("When an identity was proved"),
        {"level": gettext_lazy("Proved at a counter")},
        gettext_lazy("Your profile: {level}"),
        gettext_lazy(
            "Your profile has a new level: {level}. If this was not you, another person showed a card with your "
            "number: please go to a counter soon."
        ),
    )
    for sort in (lost, proved):
        sorts.register(sort.id, sort)


@listens(AssuranceChanged, name="messages.notify_assurance")
def tell_changed(event: AssuranceChanged) -> None:
    """Notify all accounts with access to the profile. The new holder of a moved number is not disclosed."""
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
