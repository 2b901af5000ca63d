"""Personal data of the check-in: the venues that a person registered. Visits are on phones only."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.core.actors import Actor
from kini.epidemic.checkin.models import Venue
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories


def _venues(person: DataSubject) -> Iterator[DataRecord]:
    for each in Venue.objects.filter(owner=person.user).order_by("created_at"):
        yield {"reference": each.reference, "name": each.name, "made_at": each.created_at}


def _erase(by: Actor, person: DataSubject) -> int:
    """Delete the venues with their counters; posters on walls go on working, as phones ask nobody about them."""
    venues = Venue.objects.filter(owner=person.user)
    count = venues.count()
    venues.delete()
    return count


def register() -> None:
    """Register the category; called from the room's registration."""
    category = PersonalDataCategory(
        "epidemic.venues",
        _("Venues for check-in"),
        _("Venues that you registered for check-in by QR code"),
        _("To count visitors against the capacity"),
        LegalBasis.TASK,
        _("You"),
        {"reference": _("Number"), "name": _("Name"), "made_at": _("Registered")},
        _venues,
        rules=("epidemic.closed-venues",),
        erase=_erase,
    )
    personal_data_categories.register(category.name, category)
