"""Case records and laboratory results on their way to SATUSEHAT: what is sent, corrected, refused, and by whom."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from kini.epidemic.models import CaseRecord
from kini.people import actions as people_actions
from kini.people.models import Officer, Person
from kini.satusehat.jobs import queue_changed_cases
from kini.satusehat.models import NationalRecord
from kini.satusehat.satusehat_client import SatusehatClient
from tests.epidemic.records_town import BY, day
from tests.pagechecks import CheckedClient
from tests.satusehat.fake_platform import FakePlatform
from tests.satusehat.site_town import SiteTown

pytestmark = pytest.mark.django_db
type Send = Callable[..., None]


@pytest.fixture
def person(town: SiteTown) -> Person:
    return town.person()


def codes_of(resource: dict) -> set[str]:
    return {each["code"] for each in resource["valueCodeableConcept"]["coding"]}


def test_a_case_record_is_a_diagnosis_with_its_symptoms(
    town: SiteTown, person: Person, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    case = town.corner.case(person, source="desk")
    send()
    [condition] = platform.of("Condition")
    [encounter] = platform.of("Encounter")
    [patient] = platform.of("Patient")
    assert condition["code"]["coding"][0]["code"] == "U07.1"
    assert condition["verificationStatus"]["coding"][0]["code"] == "unconfirmed"
    assert condition["encounter"] == {"reference": f"Encounter/{encounter['id']}"}
    assert condition["subject"] == {"reference": f"Patient/{patient['id']}"}
    symptoms = platform.of("Observation")
    assert {each["code"]["coding"][0]["code"] for each in symptoms} == {"75325-1"}
    assert len(symptoms) == len(case.symptoms)
    assert NationalRecord.objects.get(record_type="case").record_id == case.pk


def test_a_result_is_an_observation_and_its_correction_replaces_it(
    town: SiteTown, person: Person, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    test = town.corner.test(person=person, result="negative", number="L-1", source="api")
    send()
    [result] = platform.of("Observation")
    assert (result["status"], result["code"]["coding"][0]["code"]) == ("final", "94500-6")
    assert codes_of(result) == {"260385009"}
    town.corner.test(person=person, result="inconclusive", number="L-1", source="api")
    send()
    [result] = platform.of("Observation")
    assert (result["status"], codes_of(result)) == ("corrected", {"419984006"})
    town.corner.test(person=person, result="", number="L-1", source="api", withdrawn=True)
    send()
    assert [each["status"] for each in platform.of("Observation")] == ["entered-in-error"]
    assert NationalRecord.objects.get().record_id == test.pk


def test_a_positive_result_confirms_the_case_there(
    town: SiteTown, person: Person, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    case = town.corner.case(person, source="desk")
    send()
    town.corner.test(case, source="desk")
    send()
    [condition] = platform.of("Condition")
    assert condition["verificationStatus"]["coding"][0]["code"] == "confirmed"
    assert NationalRecord.objects.filter(state="sent").count() == 2


def test_what_changes_later_follows_by_night(
    town: SiteTown, person: Person, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    case = town.corner.case(person, source="desk")
    send()
    CaseRecord.objects.filter(pk=case.pk).update(outcome="recovered", outcome_on=day(0), version=case.version + 1)
    CaseRecord.objects.get(pk=case.pk).save(update_fields=["updated_at"])
    queue_changed_cases()
    send()
    [condition] = platform.of("Condition")
    assert condition["clinicalStatus"]["coding"][0]["code"] == "resolved"


def test_records_of_others_and_old_ones_are_not_sent(
    town: SiteTown, person: Person, platform: FakePlatform, organization: SatusehatClient, send: Send
) -> None:
    town.corner.case(person, source="demo")
    town.corner.test(person=town.person("Budi Contoh", sex="male"), source="import")
    send()
    assert not NationalRecord.objects.exists()
    organization.earliest = day(0)
    town.corner.test(person=person, result="negative", source="desk")
    send()
    assert not platform.of("Observation")
    assert NationalRecord.objects.get().state == "too-old"


def test_a_refused_case_is_listed_with_the_page_that_corrects_it(
    town: SiteTown, organization: SatusehatClient, send: Send, desk: CheckedClient
) -> None:
    case = town.corner.case(town.person(with_nik=False), source="desk")
    send()
    record = NationalRecord.objects.get(record_type="case")
    assert record.state == "refused"
    again = reverse("satusehat:desk-illness", args=[record.pk])
    assert case.reference not in desk.get(reverse("satusehat:desk-list")).content.decode()
    assert desk.post(again).status_code == 404, "a data officer alone may not read case records"
    officer = Officer.objects.get(user__phone="+628120000499")
    people_actions.grant_role(by=BY, officer=officer, role="epidemiologist", area=None)
    page = desk.get(reverse("satusehat:desk-list")).content.decode()
    assert reverse("epidemic:desk-case", args=[case.reference]) in page
    desk.post(again)
    record.refresh_from_db()
    assert record.state == "waiting"
