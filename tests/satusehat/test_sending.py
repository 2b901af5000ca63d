"""Doses on their way to SATUSEHAT: exactly once, in step with corrections, refusals with what to correct."""

import json
from collections.abc import Callable
from datetime import UTC, timedelta
from uuid import uuid4

import pytest

from kini.exchange.models import OutboxEntry
from kini.people.models import PersonIdentifier
from kini.satusehat import actions
from kini.satusehat.jobs import queue_adverse_event
from kini.satusehat.models import NationalRecord
from kini.satusehat.refused_records import advice_on, from_json
from kini.satusehat.satusehat_client import SatusehatClient
from kini.vaccination.events import AdverseEventRecorded
from kini.vaccination.models import AdverseEvent, Visit
from kini.vaccination.public import DoseCorrection, dose_actions
from tests.epidemic.records_town import BY
from tests.satusehat.fake_platform import FakePlatform
from tests.satusehat.site_town import SiteTown, moment

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WHY = "Kartu dibandingkan dengan daftar hari itu"
type Send = Callable[..., None]


def record_of(dose: int) -> NationalRecord:
    return NationalRecord.objects.get(record_type="dose", record_id=dose)


def test_a_dose_arrives_with_its_visit(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    dose = town.dose()
    send()
    [immunization] = platform.of("Immunization")
    [encounter] = platform.of("Encounter")
    [patient] = platform.of("Patient")
    assert immunization["encounter"] == {"reference": f"Encounter/{encounter['id']}"}
    assert immunization["patient"] == {"reference": f"Patient/{patient['id']}"}
    assert immunization["lotNumber"] == "AZ-17"
    assert immunization["identifier"][0]["value"] == str(dose.uuid)
    record = record_of(dose.pk)
    assert (record.state, record.resources["immunization"]) == ("sent", f"Immunization/{immunization['id']}")
    assert PersonIdentifier.objects.get(type="ihs-number").value == patient["id"]


def test_a_masked_answer_leaves_only_the_ihs_number(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    person = town.person()
    number = person.identifiers.get().value
    masked = {"system": "https://fhir.kemkes.go.id/id/nik", "value": "################"}
    platform.stored["Patient/P02280547535"] = {
        "resourceType": "Patient", "id": "P02280547535", "identifier": [masked], "gender": "female",
        "name": [{"text": "S**i A****h"}],
    }  # fmt: skip
    platform.niks["P02280547535"] = number
    town.dose(person)
    send()
    values = set(PersonIdentifier.objects.values_list("type", "value"))
    assert values == {("national-id", number), ("ihs-number", "P02280547535")}
    assert len(platform.of("Immunization")) == 1


@pytest.mark.parametrize("lost", ["patient", "location", "transaction"])
def test_a_lost_answer_stores_nothing_twice(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send, lost: str
) -> None:
    town.dose()
    at = {"patient": 1, "location": 3, "transaction": 4}[lost]
    platform.faults = [""] * at + ["lost"]
    send()
    send(HOUR)
    assert [len(platform.of(kind)) for kind in ("Patient", "Location", "Encounter", "Immunization", "Procedure")] == [
        1
    ] * 5
    assert NationalRecord.objects.get().state == "sent"


def test_a_second_dose_needs_one_request(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    person = town.person()
    town.dose(person)
    send()
    platform.asked.clear()
    town.dose(person, number=2)
    send()
    assert platform.asked == ["POST "]


def test_a_correction_replaces_what_was_sent(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    dose = town.dose()
    send()
    correction = DoseCorrection("astrazeneca", 2, 500, town.lot, given_at=dose.given_at)
    dose_actions.correct(by=BY, dose=dose, correction=correction, reason=WHY)
    send()
    [immunization] = platform.of("Immunization")
    assert immunization["protocolApplied"] == [{"doseNumberPositiveInt": 2}]
    assert len(platform.of("Encounter")) == 1


def test_an_error_is_marked_at_both_sides(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    dose = town.dose()
    send()
    dose_actions.mark_entered_in_error(by=BY, dose=dose, reason=WHY)
    send()
    [immunization] = platform.of("Immunization")
    assert immunization["status"] == "entered-in-error"
    assert record_of(dose.pk).state == "sent"


def test_an_error_before_the_first_try_sends_nothing(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    dose = town.dose()
    dose_actions.mark_entered_in_error(by=BY, dose=dose, reason=WHY)
    send()
    assert platform.of("Immunization") == []


def test_a_dose_of_somebody_else_is_an_error_there_and_sent_for_the_right_person(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    dose, right = town.dose(), town.person("Budi Santoso", sex="male")
    send()
    dose_actions.move_to_person(by=BY, dose=dose, person=right, reason=WHY)
    send()
    states = {each["patient"]["reference"]: each["status"] for each in platform.of("Immunization")}
    assert sorted(states.values()) == ["completed", "entered-in-error"]
    record = record_of(dose.pk)
    assert (record.edition, states[f"Patient/{record.patient}"]) == (2, "completed")


def test_a_number_of_somebody_else_is_not_sent(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    person = town.person()
    other = {"resourceType": "Patient", "id": "P02280547535", "gender": "male", "name": [{"text": "Budi Santoso"}]}
    platform.stored["Patient/P02280547535"] = other
    platform.niks["P02280547535"] = person.identifiers.get().value
    dose = town.dose(person)
    send()
    record = record_of(dose.pk)
    [problem] = from_json(record.problems)
    assert (record.state, problem.code, advice_on(problem).correct) == ("refused", "identity-differs", "person")
    assert platform.of("Immunization") == []


def test_a_refused_dose_is_sent_again_after_its_correction(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    dose = town.dose()
    platform.faults = ["", "", "", "", "400"]
    send()
    assert (record_of(dose.pk).state, OutboxEntry.objects.get().state) == ("refused", "dead")
    correction = DoseCorrection("astrazeneca", 2, 500, town.lot, given_at=dose.given_at)
    dose_actions.correct(by=BY, dose=dose, correction=correction, reason=WHY)
    send()
    assert record_of(dose.pk).state == "sent"
    assert len(platform.of("Immunization")) == 1


def test_an_unreachable_platform_is_tried_again(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    dose = town.dose()
    platform.faults = ["down", "503", "429", "500"]
    for hours in range(5):
        send(hours * HOUR)
    assert record_of(dose.pk).state == "sent"


def test_doses_of_other_sources_and_of_the_past_are_not_sent(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    town.dose(site=None, lot=None, agency=town.corner.agency, source="elsewhere", elsewhere="Singapura")
    old = town.dose(given_at=town.new_dose().given_at.replace(year=2021), despite="dicatat kemudian")
    send()
    assert platform.of("Immunization") == []
    assert record_of(old.pk).state == "too-old"


def test_without_a_configuration_nothing_is_queued(town: SiteTown, send: Send) -> None:
    town.dose()
    send()
    assert not OutboxEntry.objects.exists()


def test_sent_again_without_a_change_stores_nothing_new(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    dose = town.dose()
    send()
    actions.send_again(by=BY, dose=dose)
    send()
    assert (len(platform.of("Immunization")), record_of(dose.pk).state) == (1, "sent")


def test_the_visit_and_what_came_after_the_dose_go_along(
    town: SiteTown, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    first = town.dose(given_at=moment() - timedelta(days=90))
    dose = town.dose(first.person, number=2)
    assert dose.given_at
    answers = {"healthy": True, "temperature": 36.6, "systolic": 121, "diastolic": 80, "allergy": False}
    Visit.objects.create(
        uuid=uuid4(), site=town.site, person=dose.person, campaign="covid-19", came_at=dose.given_at - HOUR,
        identity="same", answers=answers, result="go-on", outcome="given", dose=dose, observe_until=dose.given_at,
    )  # fmt: skip
    event = AdverseEvent.objects.create(
        uuid=uuid4(), reference="AE-0000-0001", dose=dose, severity="mild", began_at=dose.given_at, signs="Demam",
        source="site",
    )  # fmt: skip
    queue_adverse_event(AdverseEventRecorded(event.pk))
    send()
    observations = {each["code"]["coding"][0]["code"]: each for each in platform.of("Observation")}
    assert observations["8310-5"]["valueQuantity"]["value"] == 36.6
    assert observations["31044-1"]["valueCodeableConcept"]["text"] == "Demam"
    forms = [text for each in platform.of("QuestionnaireResponse") for text in json.dumps(each).split('"')]
    assert {"dosis 1", first.given_on.isoformat()} <= set(forms)
    [immunization] = [each for each in platform.of("Immunization") if "reaction" in each]
    assert immunization["identifier"][0]["value"] == str(dose.uuid)
    starts = {each["period"]["start"] for each in platform.of("Encounter")}
    assert (dose.given_at - HOUR).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00") in starts
