"""Reads of doses: those of a person, those that look like the same one, disputes."""

from django.db.models import QuerySet

from kini.people import queries as people_queries
from kini.people.models import Person
from kini.vaccination.doses.models import Dose, DoseDispute


def standing() -> QuerySet[Dose]:
    """Return the doses that count: given, and not entered in error."""
    return Dose.objects.filter(state="given")


def doses_of(person: Person) -> QuerySet[Dose]:
    """Return the standing doses of a person and of all merged records, the oldest first."""
    return standing().filter(person__in=people_queries.person_tree(person.pk)).order_by("given_on", "given_at", "pk")


def same_dose_number(dose: Dose) -> QuerySet[Dose]:
    """Return other standing doses of the person with this number of this campaign: a warning, not an error."""
    return doses_of(dose.person).filter(campaign=dose.campaign, number=dose.number).exclude(pk=dose.pk)


def open_dispute(dose: Dose) -> DoseDispute | None:
    """Return the dispute about a dose that waits for a decision, or None."""
    return DoseDispute.objects.filter(dose=dose, decision="").first()
