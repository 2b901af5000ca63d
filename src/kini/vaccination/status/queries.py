"""Health status of a person, from doses, tests, illnesses and contacts."""

from datetime import date

from django.db.models import Max

from kini.core.dated_rules import rule_in_force
from kini.epidemic.models import CaseRecord, LabTest
from kini.epidemic.public import checkin_queries
from kini.people import queries as people_queries
from kini.people.models import Person, Resident
from kini.people.public import details_of
from kini.people.rules import age
from kini.vaccination.doses.queries import doses_of
from kini.vaccination.status.rules import Facts, Status, status
from kini.vaccination.status.status_file import StatusFile, status_file


def status_of(person: Person, day: date) -> Status | None:
    """Colour of a person on a day; None where the city has no colours, or had none yet."""
    file = status_file()
    if file is None:
        return None
    return status(file, facts_of(person, file, day), day)


def is_refused(person: int, day: date) -> bool:
    """Return whether a person (id of the root) should not enter venues because of the colour.

    Each entry pass asks this, so it costs one statement as long as illness and contacts alone decide.
    """
    file = status_file()
    version = rule_in_force(file.versions, day) if file else None
    if file is None or version is None or not version.refuse:
        return False
    if not version.signs_decide:
        found = status_of(Person.objects.get(pk=person), day)
        return found is not None and found.is_refused
    positive_on, contact_on = checkin_queries.latest_signs(person, file.disease, day)
    found = status(file, Facts(positive_on=positive_on, contact_on=contact_on), day)
    return found is not None and found.is_refused


def refused_kinds(user_id: int, day: date) -> list[str]:
    """Return the kinds of venue that do not admit the colour of the holder of an account on a day."""
    file = status_file()
    version = rule_in_force(file.versions, day) if file else None
    if version is None or not version.refuse_at:
        return []
    resident = Resident.objects.select_related("person").filter(user=user_id).first()
    known = status_of(resident.person, day) if resident else None
    return [kind for kind, colours in version.refuse_at.items() if known and known.colour in colours]


def facts_of(person: Person, file: StatusFile, day: date) -> Facts:
    """Facts that were known of a person on a day."""
    ids = people_queries.person_tree(person.pk)
    born = details_of(people_queries.root_of(person)).birth_date
    positive_on, contact_on = checkin_queries.latest_signs(people_queries.root_of(person).pk, file.disease, day)
    tests = LabTest.objects.filter(person__in=ids, disease=file.disease, result_on__lte=day, result="negative")
    recovered = CaseRecord.objects.filter(
        person__in=ids, disease=file.disease, merged_into=None, outcome="recovered", outcome_on__lte=day
    )
    doses = doses_of(person).filter(campaign=file.campaign, given_on__lte=day)
    return Facts(
        age=age(born, day) if born else None,
        doses=tuple(doses.values_list("vaccine", flat=True)),
        positive_on=positive_on,
        contact_on=contact_on,
        recovered_on=recovered.aggregate(at=Max("outcome_on"))["at"],
        negatives=tuple(tests.values_list("test", "specimen_on")),
    )
