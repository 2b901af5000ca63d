"""Patients and practitioners of SATUSEHAT: found by number or details, else created or refused."""

from datetime import date
from typing import Any

import pytest
from django.core.cache import cache

from kini.exchange.public import TemporaryFailure
from kini.people.actions import NewIdentifier
from kini.people.models import FamilyTie, Person, PersonIdentifier
from kini.satusehat import actions
from kini.satusehat.fhir import codes
from kini.satusehat.models import NationalNumber
from kini.satusehat.national_numbers import organization_name, practitioner_number, product_number
from kini.satusehat.national_patients import patient_number
from kini.satusehat.satusehat_client import Refused, SatusehatClient
from kini.satusehat.vaccine_codes import codes_of
from tests.cases.town import person as registered
from tests.epidemic.records_town import BY
from tests.satusehat.fake_platform import FakePlatform
from tests.satusehat.site_town import SiteTown, nik

pytestmark = pytest.mark.django_db
BORN = date(2026, 11, 2)


def known_there(platform: FakePlatform, number: str, **details: Any) -> None:
    """Store a patient at SATUSEHAT."""
    platform.stored[f"Patient/{number}"] = {
        "resourceType": "Patient", "id": number, "identifier": [], "name": [{"text": "Siti Aminah"}],
        "gender": "female", "birthDate": "1954-07-04",
    } | details  # fmt: skip


def identifier(system: str, value: str) -> list[dict[str, str]]:
    return [{"system": system, "value": value}]


def refusal(client: SatusehatClient, person: Person) -> str:
    with pytest.raises(Refused) as refused:
        patient_number(client, person)
    [problem] = refused.value.problems
    return problem.code


def test_a_person_without_a_number_is_found_by_name_birth_date_and_sex(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient
) -> None:
    known_there(platform, "P02280547535")
    known_there(platform, "P02280547536", birthDate="1954-07-05")
    known_there(platform, "P02280547537", gender="male")
    person = town.person(with_nik=False)
    assert patient_number(organization, person) == "P02280547535"
    assert PersonIdentifier.objects.get(person=person).value == "P02280547535"
    assert platform.asked == ["GET /Patient"]


def test_two_patients_with_the_same_details_are_left_to_the_officer(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient
) -> None:
    known_there(platform, "P02280547535")
    known_there(platform, "P02280547536")
    assert refusal(organization, town.person(with_nik=False)) == "several-patients"


def test_a_person_without_a_number_is_not_created(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient
) -> None:
    assert refusal(organization, town.person(with_nik=False)) == "no-number"
    assert refusal(organization, town.person(with_nik=False, birth_precision="year")) == "person-incomplete"
    assert platform.stored == {}


def test_a_passport_finds_a_person_or_creates_them_with_it(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient
) -> None:
    details = {"birth_date": date(1954, 7, 4), "birth_precision": "day", "sex": "female"}
    guest = town.corner.person("Siti Aminah", NewIdentifier("passport", "X1234567"), **details)
    known_there(platform, "P02280547535", identifier=identifier(codes.PASSPORT, "X1234567"))
    assert patient_number(organization, guest) == "P02280547535"
    newcomer = town.corner.person("Anna Contoh", NewIdentifier("passport", "Y7654321"), **details)
    created = platform.stored[f"Patient/{patient_number(organization, newcomer)}"]
    assert created["identifier"] == [{"use": "official", "system": codes.PASSPORT, "value": "Y7654321"}]
    [codes_of_area] = created["address"][0]["extension"]
    assert [each["valueCode"] for each in codes_of_area["extension"]] == ["31", "3171", "317101", "3171011001"]


@pytest.fixture
def mother(town: SiteTown) -> Any:
    own = registered("+628120000311", "Ibu Contoh")
    own.sex = "female"
    own.save(update_fields=["sex"])
    number = NewIdentifier("national-id", nik(date(1990, 7, 4)))
    PersonIdentifier.objects.create(person=own.person, type=number.type, value=number.value, source="tests")
    return own


def newborn(town: SiteTown, mother: Any, phone: str, name: str) -> Person:
    child = registered(phone, name)
    child.birth_date, child.sex, child.area = BORN, "male", town.corner.areas["31.71.01.1001"]
    child.save(update_fields=["birth_date", "sex", "area"])
    FamilyTie.objects.create(resident=mother, member=child, relation="child")
    return child.person


def test_a_newborn_is_created_by_the_mothers_number_and_found_by_it(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, mother: Any
) -> None:
    mothers = identifier(codes.MOTHERS_NIK, PersonIdentifier.objects.get(person=mother.person).value)
    child = newborn(town, mother, "+628120000312", "Budi Contoh")
    first = patient_number(organization, child)
    created = platform.stored[f"Patient/{first}"]
    assert created["identifier"] == [{"use": "official"} | mothers[0]]
    assert created["multipleBirthInteger"] == 0
    PersonIdentifier.objects.filter(person=child).delete()
    assert patient_number(organization, child) == first
    assert len(platform.of("Patient")) == 1


def test_a_twin_is_another_patient_and_is_numbered(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, mother: Any
) -> None:
    one = patient_number(organization, newborn(town, mother, "+628120000312", "Budi Contoh"))
    other = patient_number(organization, newborn(town, mother, "+628120000313", "Joko Wibowo"))
    assert one != other
    assert platform.stored[f"Patient/{other}"]["multipleBirthInteger"] == 2


def test_a_vaccinator_is_found_by_their_number_once(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, mother: Any
) -> None:
    number = PersonIdentifier.objects.get(person=mother.person).value
    practitioner = {"resourceType": "Practitioner", "id": "N10000007", "identifier": identifier(codes.NIK, number)}
    platform.stored["Practitioner/N10000007"] = practitioner
    for _time in range(2):
        assert practitioner_number(organization, mother.user_id) == "N10000007"
    assert platform.asked == ["GET /Practitioner"]


def test_a_vaccinator_who_is_not_known_there_needs_a_number(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, mother: Any
) -> None:
    assert practitioner_number(organization, mother.user_id) == organization.practitioner
    NationalNumber.objects.all().delete()
    organization.practitioner = ""
    with pytest.raises(Refused, match="no-practitioner"):
        practitioner_number(organization, mother.user_id)
    actions.enter_number(
        by=BY, organization=organization.organization, kind="practitioner", key=str(mother.user_id), number="N10000008"
    )
    assert practitioner_number(organization, mother.user_id) == "N10000008"


def test_a_product_that_the_operator_entered_is_sent(town: SiteTown, organization: SatusehatClient) -> None:
    vaccine = "sinovac"
    assert codes_of(organization, vaccine).kfa == ""
    actions.enter_number(by=BY, organization=organization.organization, kind="product", key=vaccine, number="93000001")
    assert codes_of(organization, vaccine).kfa == "93000001"


def test_a_product_is_looked_up_in_kfa_and_kept_with_the_day(
    town: SiteTown, organization: SatusehatClient, platform: FakePlatform
) -> None:
    platform.products = {"93004035": "AstraZeneca 10 dosis", "93000002": "Sinovac", "93000003": "Sinovac booster"}
    assert product_number(organization, "astrazeneca", "AstraZeneca", "93004035") == "93004035"
    known = NationalNumber.objects.get(kind="product")
    assert (known.name, known.entered_by_hand) == ("AstraZeneca 10 dosis", False)
    asked = len(platform.asked)
    assert product_number(organization, "astrazeneca", "AstraZeneca", "93004035") == "93004035"
    assert len(platform.asked) == asked
    assert product_number(organization, "sinovac", "Sinovac", "") == "93000002"
    assert product_number(organization, "booster", "booster", "") == "93000003"
    assert product_number(organization, "unknown", "vaksin lain", "") == ""
    asked = len(platform.asked)
    assert product_number(organization, "unknown", "vaksin lain", "") == ""
    assert len(platform.asked) == asked, "that there is none is remembered for an hour"
    platform.faults = ["down"]
    assert product_number(organization, "moderna", "Moderna", "93009999") == "93009999", "doses do not wait for KFA"


def test_the_name_of_the_organization_is_read_there(
    town: SiteTown, organization: SatusehatClient, platform: FakePlatform
) -> None:
    reference = f"Organization/{organization.organization}"
    platform.stored[reference] = {"resourceType": "Organization", "id": organization.organization, "name": "Dinkes"}
    assert organization_name(organization) == "Dinkes"
    platform.stored.clear()
    assert organization_name(organization) == "Dinkes", "for a month"


def test_two_workers_do_not_create_a_person_twice(
    town: SiteTown, organization: SatusehatClient, platform: FakePlatform
) -> None:
    person = town.person()
    turn = f"satusehat:patient:{person.pk}"
    cache.add(turn, 1, 60)
    with pytest.raises(TemporaryFailure):
        patient_number(organization, person)
    assert not platform.of("Patient")
    cache.delete(turn)
    assert patient_number(organization, person) == patient_number(organization, person)
    assert len(platform.of("Patient")) == 1
