"""Doses given elsewhere: pulled with consent, once, and nobody's record is silently changed."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.people.models import Person, PersonIdentifier, Resident
from kini.people.public import DataSubject, personal_data_categories
from kini.records import actions as record_actions
from kini.satusehat import actions, fresh_doses
from kini.satusehat.fhir.codes import KFA
from kini.satusehat.jobs import pull_by_night
from kini.satusehat.models import PulledDifference, PullRequest
from kini.satusehat.pulling import pull_person
from kini.satusehat.rules import Verdict
from kini.satusehat.satusehat_client import SatusehatClient
from kini.vaccination.models import Dose
from tests.cases.town import acting, proved
from tests.cases.town import person as registered
from tests.epidemic.records_town import BY
from tests.pagechecks import CheckedClient
from tests.satusehat.fake_platform import FakePlatform
from tests.satusehat.site_town import SiteTown, nik

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


@pytest.fixture
def siti(town: SiteTown, platform: FakePlatform) -> Resident:
    number = nik(date(1954, 7, 4))
    resident = proved(registered("+628120000305", "Siti Aminah"), number)
    Resident.objects.filter(pk=resident.pk).update(birth_date=date(1954, 7, 4), sex="female")
    platform.stored[f"Patient/{PATIENT}"] = {"resourceType": "Patient", "id": PATIENT, "identifier": []}
    platform.niks[PATIENT] = number
    return Resident.objects.get(pk=resident.pk)


def eligibility(resident: Resident, client: CheckedClient) -> str:
    client.force_login(resident.user)
    return client.get(f"/vaccination/campaigns/covid-19/{resident.person_id}/").content.decode()


def test_before_eligibility_is_shown_doses_are_pulled_with_consent_once_a_day(
    siti: Resident,
    platform: FakePlatform,
    organization: SatusehatClient,
    run_jobs: Callable[[], int],
    client: CheckedClient,
) -> None:
    immunization(platform)
    fetch = reverse("satusehat:fetch")
    page = eligibility(siti, client)
    assert fetch in page, "they are asked to agree"
    assert not PullRequest.objects.exists()
    record_actions.give_consent(by=acting(siti), resident=siti, purpose=actions.PULL_CONSENT)
    before = len(platform.asked)
    eligibility(siti, client)
    assert PullRequest.objects.count() == 1
    assert len(platform.asked) == before, "the page does not wait for SATUSEHAT"
    run_jobs()
    assert Dose.objects.get().source == "national"
    assert fetch not in eligibility(siti, client)
    assert PullRequest.objects.count() == 1
    with current_time.freeze(current_time.now() + 2 * fresh_doses.FRESH):
        eligibility(siti, client)
    assert PullRequest.objects.count() == 2


def test_the_page_says_that_the_platform_is_slow_and_what_it_rests_on(
    siti: Resident, organization: SatusehatClient
) -> None:
    record_actions.give_consent(by=acting(siti), resident=siti, purpose=actions.PULL_CONSENT)
    with translation.override("en"):
        note = fresh_doses.before_eligibility(siti.person)
        assert note
        assert "being fetched" in note.sentence
        with current_time.freeze(current_time.now() + 2 * fresh_doses.SLOW):
            note = fresh_doses.before_eligibility(siti.person)
        assert note
        assert note.sentence.endswith("only the doses that the city has.")
        PullRequest.objects.update(outcome="done", done_at=current_time.now())
        assert fresh_doses.before_eligibility(siti.person) is None


def test_by_night_old_pulls_are_repeated_while_the_consent_holds(
    siti: Resident, organization: SatusehatClient, run_jobs: Callable[[], int]
) -> None:
    actions.request_pull(by=acting(siti), resident=siti)
    run_jobs()
    assert list(fresh_doses.due_by_night()) == []
    with current_time.freeze(current_time.now() + 2 * fresh_doses.STALE):
        assert [each.pk for each in fresh_doses.due_by_night()] == [siti.person_id]
        pull_by_night()
        assert PullRequest.objects.count() == 2
        record_actions.withdraw_consent(by=acting(siti), resident=siti, purpose=actions.PULL_CONSENT)
        PullRequest.objects.update(
            outcome="done", done_at=current_time.now(), asked_at=current_time.now() - 2 * fresh_doses.STALE
        )
        assert list(fresh_doses.due_by_night()) == []
