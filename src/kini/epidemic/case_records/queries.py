"""Reads of case records: those that stand, those of a person, facts that classify."""

from datetime import date

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from kini.epidemic.case_records.models import CaseRecord, LabTest
from kini.epidemic.case_records.rules import Result, is_same_episode
from kini.epidemic.diseases.classification import RecordFacts
from kini.epidemic.diseases.disease_files import disease_of
from kini.people import queries as people_queries
from kini.people.actions import NewIdentifier
from kini.people.models import Person
from kini.people.public import identifier_types

#: Day to which a case is counted: onset, else its first positive specimen, else the report.
CASE_DAY = Coalesce("onset_on", "specimen_on", "reported_on")


def standing() -> QuerySet[CaseRecord]:
    """Return the records that count: without those that were merged into another."""
    return CaseRecord.objects.filter(merged_into=None)


def case_day(case: CaseRecord) -> date:
    """Return the day to which a case is counted; in SQL: CASE_DAY."""
    return case.onset_on or case.specimen_on or case.reported_on


def case_of(person_id: int, disease: str, day: date) -> CaseRecord | None:
    """Return the person's record of the illness to which something on a day belongs, or None: a new episode.

    Args:
        person_id: of the root (`people.queries.person_tree`).
    """
    rules = disease_of(disease)
    records = standing().filter(person=person_id, disease=disease).order_by("-episode", "-pk")
    return next((each for each in records if is_same_episode(rules, case_day(each), day)), None)


def results_of(case: CaseRecord) -> list[Result]:
    """Return the known results of a case's tests."""
    tests = LabTest.objects.filter(case=case).exclude(result="").order_by("specimen_on", "pk")
    return [Result(each.test, each.result, each.specimen_on) for each in tests]


def facts_of(case: CaseRecord) -> RecordFacts:
    """Return the facts of a stored record that decide on its classification."""
    return RecordFacts(
        symptoms=case.symptoms,
        exposures=sorted(case.exposures.values_list("exposure", flat=True)),
        tests=[f"{each.test}-{each.result}" for each in results_of(case)],
        outcome=case.outcome,
        admitted=case.stays.exists(),
    )


def person_with(identifier: NewIdentifier | None) -> Person | None:
    """Return the person who has a number, or None.

    Raises:
        ActionRefused: if it is no number of its type.
    """
    if identifier is None:
        return None
    return people_queries.person_by_identifier(
        identifier.type, identifier_types.get(identifier.type).parse(identifier.value)
    )
