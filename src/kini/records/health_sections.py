"""Sections of a person's health record: rooms contribute what they hold; page, doctor's view, PDF and FHIR show it.

An entry is in the reader's language. Its `fact` has what other systems understand: codes, days and numbers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise

from kini.core.registry import Registry
from kini.people.models import Resident
from kini.records.fhir_codes import Code


@dataclass(frozen=True, slots=True)
class Immunization:
    """A dose that was given, or not (`not_done` says why).

    Attributes:
        number: in the series of its campaign.
    """

    reference: str
    day: date
    vaccine: str
    codes: tuple[Code, ...] = ()
    number: int = 1
    target: str = ""
    target_codes: tuple[Code, ...] = ()
    lot: str = ""
    place: str = ""
    not_done: str = ""


@dataclass(frozen=True, slots=True)
class TestResult:
    """A result of a laboratory test; `day` is that of the specimen. An empty result is not known yet."""

    __test__ = False  # not a test of pytest

    reference: str
    day: date
    test: str
    codes: tuple[Code, ...] = ()
    result: str = ""
    result_codes: tuple[Code, ...] = ()
    laboratory: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """An illness. `certainty` is a code of FHIR's verification status; `ended` is None while it lasts."""

    reference: str
    name: str
    since: date
    codes: tuple[Code, ...] = ()
    certainty: str = "confirmed"
    ended: date | None = None


type Fact = Immunization | TestResult | Problem


@dataclass(frozen=True, slots=True)
class Subject:
    """The person whom a record is about.

    Attributes:
        person_ids: of all records of persons that are one.
        own: whether the reader's account is theirs, rather than of family.
    """

    resident: Resident
    person_ids: tuple[int, ...]
    own: bool


@dataclass(frozen=True, slots=True)
class HealthEntry:
    """One entry: a dose, a result, an appointment.

    Attributes:
        lines: further facts, a sentence each.
        tag, tone: a word of state, and how it looks.
        link, link_text: page for the person alone: details, correction, a ticket.
        needs_you: something to do; shown first.
    """

    title: str
    day: date | None = None
    lines: tuple[str, ...] = ()
    tag: str = ""
    tone: str = "neutral"
    reference: str = ""
    link: str = ""
    link_text: str = ""
    needs_you: bool = False
    changed_at: datetime | None = None
    fact: Fact | None = None


@dataclass(frozen=True, slots=True)
class HealthSection:
    """A section of the record.

    Attributes:
        source: where its entries come from, and how fresh they are; one sentence.
        wrong: what to do if something is wrong; one sentence.
        shared: whether the person may show it to a doctor and take it along.
    """

    label: str | Promise
    icon: str
    order: int
    entries: Callable[[Subject], Iterable[HealthEntry]]
    source: str | Promise
    wrong: str | Promise
    shared: bool = True


health_sections: Registry[HealthSection] = Registry("section of the health record")
