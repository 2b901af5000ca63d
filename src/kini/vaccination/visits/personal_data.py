"""Personal data of visits, for copy, notice and deletion."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.people import queries as people_queries
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories
from kini.vaccination.visits.models import AdverseEvent, FollowUp, Visit


def _visits(subject: DataSubject) -> Iterator[DataRecord]:
    ids = people_queries.person_tree(subject.resident.person_id)
    for visit in Visit.objects.filter(person__in=ids).select_related("site", "dose").order_by("came_at", "pk"):
        yield {
            "came": visit.came_at,
            "place": visit.site.name,
            "identity": " ".join(filter(None, (visit.identity, visit.identity_reason))),
            "answers": ", ".join(f"{name}: {answer}" for name, answer in (visit.answers or {}).items()),
            "outcome": visit.outcome,
            "reason": visit.despite,
            "number": visit.dose.reference if visit.dose else "",
        }


def _after(subject: DataSubject) -> Iterator[DataRecord]:
    ids = people_queries.person_tree(subject.resident.person_id)
    for event in AdverseEvent.objects.filter(dose__person__in=ids).select_related("dose").order_by("pk"):
        yield {
            "number": event.dose.reference,
            "at": event.began_at,
            "severity": event.severity,
            "signs": event.signs,
            "measures": " ".join(filter(None, (event.measures, event.referred_to))),
            "review": event.review,
        }
    for answer in FollowUp.objects.filter(dose__person__in=ids).exclude(feeling="").select_related("dose"):
        yield {"number": answer.dose.reference, "at": answer.answered_at, "severity": answer.feeling}


def register() -> None:
    """Register the categories; called once at start."""
    seen_by = _("You, the vaccinators of the site and correctors of records; every look is logged")
    stays = _("The law keeps medical records for 25 years. You can say what is wrong in them.")
    for category in (
        PersonalDataCategory(
            "vaccination.visits",
            _("Visits to vaccination sites"),
            _("When you came, how your card was compared, your answers before the dose, and the outcome"),
            _("So that the right person gets the dose safely"),
            LegalBasis.LAW,
            seen_by,
            {
                "came": _("Came at"),
                "place": _("Place"),
                "identity": _("Comparison with the card"),
                "answers": _("Answers"),
                "outcome": _("Outcome"),
                "reason": _("Reason"),
                "number": _("Dose"),
            },
            _visits,
            rules=("vaccination.visits", "vaccination.doses"),
            stays=stays,
        ),
        PersonalDataCategory(
            "vaccination.events",
            _("How you were after a vaccination"),
            _("Adverse events, what was done, and your answers in the days after"),
            _("So that you are helped, and the safety of vaccines is watched"),
            LegalBasis.LAW,
            _("You, the vaccination site and the health agency; every look is logged"),
            {
                "number": _("Dose"),
                "at": _("Time"),
                "severity": _("Severity"),
                "signs": _("What happened"),
                "measures": _("What was done"),
                "review": _("Review"),
            },
            _after,
            rules=("vaccination.doses",),
            stays=stays,
        ),
    ):
        personal_data_categories.register(category.name, category)
