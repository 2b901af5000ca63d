"""Logged reads of persons: under the profile where there is one, else under the reference "person:ID"."""

from collections.abc import Iterable

from kini.people.access_log import DataRead
from kini.people.persons.models import Person
from kini.people.persons.person_details import has_profile


def person_reference(person_id: int) -> str:
    """Return the reference in the access log of a person without a profile."""
    return f"person:{person_id}"


def person_reads(persons: Iterable[Person]) -> list[DataRead]:
    """Return the reads to log (`actions.log_reads`) before these persons are shown to an officer."""
    return [
        DataRead(each.resident.pk) if has_profile(each) else DataRead(None, person_reference(each.pk))
        for each in persons
    ]
