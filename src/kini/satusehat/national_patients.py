"""Patients of SATUSEHAT: the IHS number of a person, found by NIK or passport, else by name, birth date and sex.

Answers mask identity numbers ("################") and often names: of an answer only the IHS number is kept, and what
is not masked is compared. A person whom SATUSEHAT does not know is created there, as far as the Ministry allows: with
NIK or passport, or a newborn by the mother's NIK.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.core.actors import ActionRefused, system
from kini.exchange.public import TemporaryFailure
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.actions import NewIdentifier
from kini.people.models import FamilyTie, Person
from kini.people.public import NATIONAL_ID, IdentifierType, PersonDetails, details_of, name_similarity
from kini.satusehat.fhir import codes
from kini.satusehat.refused_records import Problem
from kini.satusehat.satusehat_client import Refused, Resource, SatusehatClient

#: Type of identifiers of persons.
IHS_NUMBER = "ihs-number"
BY = system("satusehat.patient")
#: Similarity of names below which a national record is somebody else's.
LEAST_SIMILARITY = 0.5
#: Longest time for looking and creating.
TURN_SECONDS = 120
MASK = re.compile(r"[#*]")
GENDERS = ("female", "male")


def parse_ihs_number(typed: str) -> str:
    """Return the normal form of an IHS number.

    Raises:
        ActionRefused: it is none, or masked.
    """
    number = re.sub(r"\s", "", typed)
    if not re.fullmatch(r"[A-Za-z0-9-]{5,40}", number):
        raise ActionRefused(_("This is not an IHS number. It looks like P01234567890."))
    return number


IHS_TYPE = IdentifierType(gettext_lazy("IHS number (SATUSEHAT)"), parse_ihs_number)


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as known here: details, identifiers by type, the mother's NIK where the person has no number."""

    details: PersonDetails
    numbers: dict[str, str] = field(default_factory=dict)
    mothers_nik: str = ""


def patient_number(client: SatusehatClient, person: Person) -> str:
    """Return the IHS number of a person: as recorded here, else found or created there and then recorded.

    Raises:
        Refused: SATUSEHAT has another person under the number, several, or takes nobody with so little known.
        TemporaryFailure: it was not answered.
    """
    root = people_queries.root_of(person)
    identity = identity_of(root)
    if number := identity.numbers.get(IHS_NUMBER):
        return number
    turn = f"satusehat:patient:{root.pk}"
    # A mother's number does not keep SATUSEHAT from storing her newborn twice: one process at a time looks and creates.
    if not cache.add(turn, 1, TURN_SECONDS):
        raise TemporaryFailure("another process looks for this person now")
    try:
        number = find_patient(client, identity) or create_patient(client, identity)
        _record_number(root, number)
    finally:
        cache.delete(turn)
    return number


def _record_number(root: Person, number: str) -> None:
    try:
        people_actions.add_identifier(
            by=BY, person=root, identifier=NewIdentifier(IHS_NUMBER, number), source="satusehat"
        )
    except ActionRefused:
        raise Refused([Problem(code="number-of-another")]) from None


def identity_of(root: Person) -> Identity:
    """Load what is known of a person (the root of its tree)."""
    [known] = people_queries.known_persons([root.pk])
    numbers = dict(sorted(known.identifiers, reverse=True))
    is_known = numbers.keys() & {IHS_NUMBER, NATIONAL_ID}
    mother = "" if is_known else _mothers_nik([each.pk for each in known.records])
    return Identity(details_of(known.person), numbers, mother)


def _mothers_nik(persons: list[int]) -> str:
    ties = FamilyTie.objects.filter(member__person__in=persons, relation="child", resident__sex="female")
    mothers = list(ties.values_list("resident__person_id", flat=True)[:2])
    if len(mothers) != 1:
        return ""
    [known] = people_queries.known_persons(mothers)
    return dict(known.identifiers).get(NATIONAL_ID, "")


def find_patient(client: SatusehatClient, identity: Identity) -> str:
    """Find a person at SATUSEHAT; return the IHS number, or "" where there is none.

    Raises:
        Refused: the record under the person's number is somebody else's, or several records fit.
    """
    for type_, system_ in ((NATIONAL_ID, codes.NIK), ("passport", codes.PASSPORT)):
        if number := identity.numbers.get(type_):
            matches = list(client.search("Patient", {"identifier": f"{system_}|{number}"}))
            if any(differs(each, identity.details) for each in matches):
                raise Refused([Problem(code="identity-differs", path="Patient")])
            if matches:
                return _only(matches)
    if NATIONAL_ID not in identity.numbers and _is_complete(identity.details):
        return _only([each for each in _by_details(client, identity) if not differs(each, identity.details)])
    return ""


def _by_details(client: SatusehatClient, identity: Identity) -> Iterator[Resource]:
    details = identity.details
    assert details.birth_date
    born = details.birth_date.isoformat()
    if identity.mothers_nik:
        yield from client.search(
            "Patient", {"identifier": f"{codes.MOTHERS_NIK}|{identity.mothers_nik}", "birthdate": born}
        )
    else:
        yield from client.search("Patient", {"name": details.name, "birthdate": born, "gender": details.sex})


def _only(matches: list[Resource]) -> str:
    numbers = {number for each in matches if (number := ihs_number_of(each))}
    if len(numbers) > 1:
        raise Refused([Problem(code="several-patients", path="Patient")])
    return numbers.pop() if numbers else ""


def ihs_number_of(patient: Resource) -> str:
    """Return the IHS number of a Patient: its id; "" for a masked or unreadable one."""
    try:
        return parse_ihs_number(str(patient.get("id", "")))
    except ActionRefused:
        return ""


def differs(patient: Resource, details: PersonDetails) -> bool:
    """True if a Patient is somebody else by what is neither masked nor unknown: sex, birth date, name."""
    gender, born = patient.get("gender"), patient.get("birthDate")
    if gender in GENDERS and details.sex and gender != details.sex:
        return True
    whole_day = details.birth_date.isoformat() if details.birth_date and details.birth_precision == "day" else ""
    if whole_day and re.fullmatch(r"\d{4}-\d\d-\d\d", str(born)) and born != whole_day:
        return True
    names = [name for each in patient.get("name") or [] if isinstance(each, dict) and (name := _whole_name(each))]
    readable = [name for name in names if not MASK.search(name)]
    similar = (name_similarity(name, details.name) >= LEAST_SIMILARITY for name in readable)
    return bool(readable and details.name) and not any(similar)


def _whole_name(name: dict[str, Any]) -> str:
    parts = [*(name.get("given") or []), name.get("family", "")]
    return str(name.get("text") or " ".join(str(each) for each in parts)).strip()


def create_patient(client: SatusehatClient, identity: Identity) -> str:
    """Create a person at SATUSEHAT; return the IHS number.

    Raises:
        Refused: the person has no number that SATUSEHAT takes, or details are missing; or it refused the record.
    """
    if not _is_complete(identity.details) or not identity.details.area:
        raise Refused([Problem(code="person-incomplete", path="Patient")])
    system_, number = next(_numbers(identity), ("", ""))
    if not number:
        raise Refused([Problem(code="no-number", path="Patient.identifier")])
    born = client.search("Patient", {"identifier": f"{system_}|{number}"}) if system_ == codes.MOTHERS_NIK else ()
    siblings = sum(each.get("birthDate") == str(identity.details.birth_date) for each in born)
    # A mother's number finds her other children too: only a person's own number guards against a second record.
    unless = "" if system_ == codes.MOTHERS_NIK else f"identifier={system_}|{number}"
    created = client.create(patient_resource(identity, system_, number, siblings), unless=unless)
    number = ihs_number_of(created) or _id_of_answer(created)
    if not number:
        raise Refused([Problem(code="unreadable", path="Patient")])
    return number


def _id_of_answer(answer: Resource) -> str:
    """SATUSEHAT answers a created Patient with `data.Patient_id` (documentation of the Patient API)."""
    data = answer.get("data")
    return str(data.get("Patient_id") or data.get("patient_id") or "") if isinstance(data, dict) else ""


def _numbers(identity: Identity) -> Iterator[tuple[str, str]]:
    for system_, number in (
        (codes.NIK, identity.numbers.get(NATIONAL_ID, "")),
        (codes.PASSPORT, identity.numbers.get("passport", "")),
        (codes.MOTHERS_NIK, identity.mothers_nik),
    ):
        if number:
            yield system_, number


def _is_complete(details: PersonDetails) -> bool:
    return bool(details.name and details.birth_date and details.birth_precision == "day" and details.sex)


def patient_resource(identity: Identity, system_: str, number: str, siblings: int) -> Resource:
    """Build a Patient. `siblings`: children of the same mother and day; twins are numbered from 1, others are 0."""
    details, digits = identity.details, identity.details.area.replace(".", "")
    levels = (("province", 2), ("city", 4), ("district", 6), ("village", 10))
    parts = [{"url": name, "valueCode": digits[:length]} for name, length in levels if len(digits) >= length]
    address: Resource = {"use": "home", "country": "ID"}
    if parts:
        url = "https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode"
        address["extension"] = [{"url": url, "extension": parts}]
    return {
        "resourceType": "Patient",
        "meta": {"profile": ["https://fhir.kemkes.go.id/r4/StructureDefinition/Patient"]},
        "identifier": [{"use": "official", "system": system_, "value": number}],
        "active": True,
        "name": [{"use": "official", "text": details.name}],
        "gender": details.sex,
        "birthDate": str(details.birth_date),
        "address": [address],
        "multipleBirthInteger": siblings + 1 if siblings else 0,
    }
