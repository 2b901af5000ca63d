"""Doses given elsewhere: pulled with consent, once, and nobody's record is silently changed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation

from kini.core.actors import ActionRefused
from kini.people.models import Person, PersonIdentifier, Resident
from kini.people.public import DataSubject, personal_data_categories
from kini.records import actions as record_actions
from kini.satusehat import actions
from kini.satusehat.fhir.codes import KFA
from kini.satusehat.models import PulledDifference, PullRequest
from kini.satusehat.pulling import pull_person
from kini.satusehat.rules import Verdict
from kini.satusehat.satusehat_client import SatusehatClient
from kini.vaccination.models import Dose
from tests.cases.town import acting
from tests.cases.town import person as registered
from tests.epidemic.records_town import BY
from tests.satusehat.fake_platform import FakePlatform
from tests.satusehat.site_town import SiteTown

pytestmark = pytest.mark.django_db
PATIENT = "P02280547535"
WHY = "Dicocokkan dengan kartu vaksin"


def patient(platform: FakePlatform, person: Person) -> None:
    platform.stored[f"Patient/{PATIENT}"] = {"resourceType": "Patient", "id": PATIENT, "identifier": []}
    platform.niks[PATIENT] = person.identifiers.get(type="national-id").value


def immunization(platform: FakePlatform, number: str = "I1", **changes: Any) -> None:
    platform.stored[f"Immunization/{number}"] = {
        "resourceType": "Immunization",
        "id": number,
        "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://sys-ids.kemkes.go.id/kfa", "code": "93004035"}]},
        "patient": {"reference": f"Patient/{PATIENT}"},
        "occurrenceDateTime": "2026-08-02T03:00:00+00:00",
        "lotNumber": "B-1",
        "location": {"reference": "Location/1", "display": "RSUD Contoh"},
        "protocolApplied": [{"doseNumberPositiveInt": 1}],
    } | changes


@pytest.fixture
def person(town: SiteTown, platform: FakePlatform) -> Person:
    whose = town.person()
    patient(platform, whose)
    return whose


def test_a_dose_given_elsewhere_is_stored_once(
    person: Person, platform: FakePlatform, organization: SatusehatClient
) -> None:
    immunization(platform)
    assert pull_person(organization, person) == {Verdict.NEW: 1}
    assert pull_person(organization, person) == {Verdict.KNOWN: 1}
    dose = Dose.objects.get()
    assert (dose.source, dose.source_key, dose.elsewhere, dose.lot_number) == ("national", "I1", "RSUD Contoh", "B-1")
    assert (dose.campaign, dose.vaccine, dose.number, dose.state) == ("covid-19", "astrazeneca", 1, "given")


def test_a_pulled_dose_is_not_sent_back(
    person: Person, platform: FakePlatform, organization: SatusehatClient, send: Callable[..., None]
) -> None:
    immunization(platform)
    pull_person(organization, person)
    send()
    assert len(platform.of("Immunization")) == 1


def test_doses_of_the_city_and_of_others_are_left_alone(
    person: Person, platform: FakePlatform, organization: SatusehatClient
) -> None:
    own = {"system": organization.system("immunization"), "value": "x"}
    immunization(platform, "I1", identifier=[own])
    immunization(platform, "I2", patient={"reference": "Patient/P99999999999"})
    immunization(platform, "I3", status="entered-in-error")
    assert pull_person(organization, person) == {Verdict.OWN: 1, Verdict.NOT_GIVEN: 1}
    assert not Dose.objects.exists()


@pytest.mark.parametrize(
    "broken",
    [
        {"occurrenceDateTime": "kemarin"},
        {"occurrenceDateTime": None},
        {"vaccineCode": []},
        {"vaccineCode": {"coding": 7}},
    ],
)
def test_what_cannot_be_read_is_left_out(
    person: Person, platform: FakePlatform, organization: SatusehatClient, broken: dict[str, Any]
) -> None:
    immunization(platform, **broken)
    assert pull_person(organization, person) == {}


def test_a_newer_record_there_goes_to_the_list_and_changes_nothing(
    person: Person, platform: FakePlatform, organization: SatusehatClient
) -> None:
    immunization(platform)
    pull_person(organization, person)
    immunization(platform, protocolApplied=[{"doseNumberPositiveInt": 2}])
    for _time in range(2):
        assert pull_person(organization, person) == {Verdict.DIFFERS: 1}
    difference, dose = PulledDifference.objects.get(), Dose.objects.get()
    assert (difference.dose, dose.number) == (dose, 1)
    with pytest.raises(ActionRefused):
        actions.decide_difference(by=BY, difference=difference, decision="theirs", reason="")
    actions.decide_difference(by=BY, difference=difference, decision="theirs", reason=WHY)
    assert Dose.objects.get().number == 2
    assert pull_person(organization, person) == {Verdict.KNOWN: 1}


def test_a_decision_for_ours_holds_until_theirs_changes_again(
    person: Person, platform: FakePlatform, organization: SatusehatClient
) -> None:
    immunization(platform)
    pull_person(organization, person)
    immunization(platform, lotNumber="B-2")
    pull_person(organization, person)
    actions.decide_difference(by=BY, difference=PulledDifference.objects.get(), decision="ours", reason=WHY)
    pull_person(organization, person)
    assert not PulledDifference.objects.filter(decision="").exists()
    immunization(platform, lotNumber="B-3")
    pull_person(organization, person)
    assert PulledDifference.objects.filter(decision="").count() == 1


def test_a_dose_withdrawn_there_is_withdrawn_here_by_an_officer(
    person: Person, platform: FakePlatform, organization: SatusehatClient
) -> None:
    immunization(platform)
    pull_person(organization, person)
    immunization(platform, status="entered-in-error")
    assert pull_person(organization, person) == {Verdict.WITHDRAWN: 1}
    assert Dose.objects.get().state == "given"
    actions.decide_difference(by=BY, difference=PulledDifference.objects.get(), decision="theirs", reason=WHY)
    assert Dose.objects.get().state == "entered-in-error"


def test_a_dose_before_birth_goes_to_the_list(
    person: Person, platform: FakePlatform, organization: SatusehatClient
) -> None:
    immunization(platform, occurrenceDateTime="1950-01-01")
    assert pull_person(organization, person) == {Verdict.DIFFERS: 1}
    assert PulledDifference.objects.get().dose is None


@pytest.fixture
def resident(town: SiteTown, platform: FakePlatform) -> Resident:
    own = registered("+628120000301", "Siti Aminah")
    platform.stored[f"Patient/{PATIENT}"] = {"resourceType": "Patient", "id": PATIENT, "identifier": []}
    return own


def test_a_person_pulls_their_own_doses_with_consent(
    resident: Resident, platform: FakePlatform, organization: SatusehatClient, run_jobs: Callable[[], int]
) -> None:
    immunization(platform)
    PersonIdentifier.objects.create(person=resident.person, type="ihs-number", value=PATIENT, source="tests")
    request = actions.request_pull(by=acting(resident), resident=resident)
    assert actions.request_pull(by=acting(resident), resident=resident) == request
    run_jobs()
    request.refresh_from_db()
    assert (request.outcome, request.added) == ("done", 1)


def test_without_consent_nothing_is_pulled(
    resident: Resident, platform: FakePlatform, organization: SatusehatClient, run_jobs: Callable[[], int]
) -> None:
    actions.request_pull(by=acting(resident), resident=resident)
    record_actions.withdraw_consent(by=acting(resident), resident=resident, purpose=actions.PULL_CONSENT)
    run_jobs()
    assert PullRequest.objects.get().outcome == "failed"
    assert platform.asked == []


def test_the_copy_of_personal_data_names_a_difference_in_words(
    resident: Resident, platform: FakePlatform, organization: SatusehatClient
) -> None:
    PersonIdentifier.objects.create(person=resident.person, type="ihs-number", value=PATIENT, source="tests")
    immunization(platform, vaccineCode={"coding": [{"system": KFA, "code": "VG213"}]})
    assert pull_person(organization, resident.person) == {Verdict.UNKNOWN_VACCINE: 1}
    assert resident.user
    with translation.override("en"):
        [record] = personal_data_categories.get("satusehat.records").records(DataSubject(resident.user, resident))
    assert record["what"][1:] == ["VG213", "Dose 1", "2026-08-02", "B-1", "RSUD Contoh"]
