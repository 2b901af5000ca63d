"""Personal data of doses, for copy, notice and deletion."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.people import queries as people_queries
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories
from kini.vaccination.doses.models import Dose, DoseDispute


def _doses(subject: DataSubject) -> Iterator[DataRecord]:
    ids = people_queries.person_tree(subject.resident.person_id)
    for dose in Dose.objects.filter(person__in=ids).select_related("lot", "site").order_by("given_on", "pk"):
        yield {
            "number": dose.reference,
            "campaign": dose.campaign,
            "vaccine": dose.vaccine,
            "dose": dose.number,
            "day": dose.given_on,
            "lot": dose.lot.number if dose.lot else dose.lot_number,
            "place": dose.site.name if dose.site else dose.elsewhere,
            "state": dose.state,
        }
        for dispute in DoseDispute.objects.filter(dose=dose).order_by("pk"):
            yield {
                "number": dose.reference,
                "day": dispute.filed_at,
                "note": f"{dispute.words} / {dispute.answer}",
            }


def register() -> None:
    """Register the category; called once at start."""
    category = PersonalDataCategory(
        "vaccination.doses",
        _("Vaccinations"),
        _("Doses that you had or did not get, with vaccine, lot, day and place, and what you said about them"),
        _("So that you get the right dose at the right time, and can prove it"),
        LegalBasis.LAW,
        _("You, vaccinators and correctors of records; every look is logged"),
        {
            "number": _("Number"),
            "campaign": _("Campaign"),
            "vaccine": _("Vaccine"),
            "dose": _("Dose"),
            "day": _("Day"),
            "lot": _("Lot"),
            "place": _("Place"),
            "state": _("State"),
            "note": _("Note"),
        },
        _doses,
        rules=("vaccination.doses",),
        stays=_("The law keeps medical records for 25 years. You can say what is wrong in them."),
    )
    personal_data_categories.register(category.name, category)
