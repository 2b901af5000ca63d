"""Personal data of the room, for copy, notice and deletion."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.people import queries as people_queries
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories
from kini.satusehat import difference_labels
from kini.satusehat.models import NationalRecord, PulledDifference, PullRequest
from kini.vaccination.models import Dose


def _records(subject: DataSubject) -> Iterator[DataRecord]:
    ids = people_queries.person_tree(subject.resident.person_id)
    doses = dict(Dose.objects.filter(person__in=ids).values_list("pk", "reference"))
    for record in NationalRecord.objects.filter(record_type="dose", record_id__in=doses).order_by("pk"):
        yield {"what": doses[record.record_id], "state": record.state, "day": record.sent_at}
    for difference in PulledDifference.objects.filter(person__in=ids).order_by("pk"):
        yield {"what": _words(difference), "state": difference.decision or "open", "day": difference.found_at}
    for request in PullRequest.objects.filter(person__in=ids).order_by("pk"):
        yield {"what": "SATUSEHAT", "state": request.outcome or "waiting", "day": request.asked_at}


def _words(difference: PulledDifference) -> list[str]:
    """Texts of a difference: its kind, and the dose as SATUSEHAT has it."""
    theirs = difference.theirs
    number = str(_("Dose %(number)s") % {"number": theirs["number"]}) if theirs["number"] else ""
    kind, vaccine = str(difference_labels.PULLED[difference.kind]), difference_labels.their_vaccine(theirs)
    return [kind, vaccine, number, theirs["day"], theirs["lot"], theirs["place"]]


def register() -> None:
    """Register the category; called once at start."""
    category = PersonalDataCategory(
        "satusehat.records",
        _("Exchange with SATUSEHAT"),
        _("Which of your vaccinations were sent to the Ministry of Health, fetched from it, or differ there"),
        _("The law requires that vaccinations are reported to the Ministry of Health"),
        LegalBasis.LAW,
        _("You, health data officers, and the Ministry of Health"),
        {"what": _("Record"), "state": _("State"), "day": _("Day")},
        _records,
        rules=("satusehat.records", "satusehat.differences", "satusehat.pulls"),
        stays=_("The law keeps medical records for 25 years. You can say what is wrong in them."),
    )
    personal_data_categories.register(category.name, category)
