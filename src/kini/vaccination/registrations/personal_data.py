"""Personal data of registrations and next doses."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kini.people import queries as people_queries
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories
from kini.vaccination.campaigns.campaign_files import campaign_name
from kini.vaccination.registrations.models import NextDose, Registration

STATE_LABELS = {
    "waiting": _("Registered, without an appointment"),
    "booked": _("With an appointment"),
    "given": _("Vaccinated"),
    "missed": _("Missed"),
    "cancelled": _("Cancelled"),
}


def _registrations(subject: DataSubject) -> Iterator[DataRecord]:
    persons = people_queries.person_tree(subject.resident.person_id)
    own = Q(person__in=persons)
    if subject.resident.user_id:
        own |= Q(registered_by=subject.resident.user_id)
    for each in Registration.objects.filter(own).select_related("booking__slot").order_by("created_at", "pk"):
        yield {
            "number": each.reference,
            "campaign": campaign_name(each.campaign),
            "dose": each.number,
            "made": each.created_at,
            "appointment": each.booking.slot.starts_at if each.booking else None,
            "state": STATE_LABELS[each.state],
        }


def _next_doses(subject: DataSubject) -> Iterator[DataRecord]:
    persons = people_queries.person_tree(subject.resident.person_id)
    for each in NextDose.objects.filter(person__in=persons).order_by("due_on"):
        yield {
            "campaign": campaign_name(each.campaign),
            "dose": each.number,
            "due": each.due_on,
            "missed": each.missed_after,
        }


def register() -> None:
    """Register the categories; called once at start."""
    for category in (
        PersonalDataCategory(
            "vaccination.registrations",
            _("Registrations for vaccinations"),
            _("For which dose you or people whom you registered wait, and the appointment"),
            _("So that everybody gets a place in the order of the groups"),
            LegalBasis.TASK,
            _("You, who registered you, and the team of the site"),
            {
                "number": _("Number"),
                "campaign": _("Campaign"),
                "dose": _("Dose"),
                "made": _("Made"),
                "appointment": _("Appointment"),
                "state": _("State"),
            },
            _registrations,
            rules=("vaccination.registrations",),
            stays=_("Removed half a year after its end. You can cancel it at any time."),
        ),
        PersonalDataCategory(
            "vaccination.next-doses",
            _("Doses that are due"),
            _("Which dose is due next, and by when"),
            _("So that nobody misses a dose"),
            LegalBasis.TASK,
            _("You, and vaccinators of the site of your last dose; every look is logged"),
            {"campaign": _("Campaign"), "dose": _("Dose"), "due": _("Due"), "missed": _("Overdue after")},
            _next_doses,
            rules=("vaccination.next-doses",),
            stays=_("It follows from your vaccinations, which the law keeps for 25 years."),
        ),
    ):
        personal_data_categories.register(category.name, category)
