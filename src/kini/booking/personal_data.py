"""Personal data of bookings."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kini.booking.models import Booking
from kini.core.actors import Actor
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories


def _own(person: DataSubject) -> QuerySet[Booking]:
    return Booking.objects.filter(Q(user=person.user) | Q(resident=person.resident)).select_related("slot")


def _bookings(person: DataSubject) -> Iterator[DataRecord]:
    for each in _own(person).order_by("made_at"):
        own = {"reference": each.reference, "service": each.slot.service_id, "starts_at": each.slot.starts_at}
        yield own | {"party": each.party, "state": each.state, "made_at": each.made_at}


def _erase(by: Actor, person: DataSubject) -> int:
    """Delete the sealed requests of bookings without a case; the places stay counted."""
    return _own(person).filter(request__isnull=False, case__isnull=False).update(request=None)


def register() -> None:
    """Register the personal data of this room; called from `AppConfig.ready`."""
    name = "booking.bookings"
    entry = PersonalDataCategory(
        name,
        _("Bookings"),
        _("Times that you booked, for how many, and whether you came"),
        _("To reserve a place for you at that time"),
        LegalBasis.CONTRACT,
        _("You, and officers of the place"),
        {
            "reference": _("Number"),
            "service": _("Service"),
            "starts_at": _("Begins"),
            "party": _("People"),
            "state": _("State"),
            "made_at": _("Booked"),
        },
        _bookings,
        rules=("cases.answers",),
        erase=_erase,
        stays=_("The booked place is still counted, under a number that no longer identifies you."),
    )
    personal_data_categories.register(name, entry)
