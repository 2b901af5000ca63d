"""Contacts who become cases: by a result, by a merge of persons, and at once; a merge that was undone."""

from collections.abc import Callable
from datetime import timedelta

from kini.city.models import Unit
from kini.core.actors import system
from kini.epidemic.case_records import actions as case_actions
from kini.epidemic.case_records.fhir import ReceivedPatient, ReceivedResult
from kini.epidemic.models import CaseExposure
from kini.epidemic.tracing import actions, chains
from kini.epidemic.tracing.rules import Exposure
from kini.people import actions as people_actions
from kini.people.actions import NewIdentifier
from tests.epidemic.tracing.conftest import DAY, HealthCity

SYSTEM = system("tests")
NIK = "3171014407900004"


def test_a_result_of_a_contact_makes_a_case_that_keeps_its_source(
    health: HealthCity, run_jobs: Callable[[], int]
) -> None:
    """From the laboratory's message to the chain: contact, case, link, and no more follow-up."""
    source = health.case("Sumber")
    contact = health.contact(source, "Kontak", last=DAY - timedelta(days=4))
    laboratory = Unit.objects.create(
        id="lab",
        agency=health.agency,
        area=health.west,
        name={"": "Lab"},
        type="laboratory",
        latitude=-6,
        longitude=106,
    )
    people_actions.add_identifier(
        by=SYSTEM, person=contact.person, identifier=NewIdentifier("national-id", NIK), source="tests"
    )
    patient = ReceivedPatient(NIK, is_national=True)
    result = ReceivedResult("covid-19", "pcr", "positive", False, "L-1", DAY, DAY, patient)
    test = case_actions.receive_result(by=SYSTEM, result=result, laboratory=laboratory)
    run_jobs()
    contact.refresh_from_db()
    assert test.case
    assert (contact.status, contact.follow_up, contact.became_case) == ("converted", "cancelled", test.case)
    assert list(CaseExposure.objects.values_list("case", "source_case")) == [(test.case.pk, source.pk)]
    chain = chains.chain_of(health.by, source)
    assert [(each.case.key, each.generation) for each in chain.cases] == [(source.pk, 0), (test.case.pk, 1)]


def test_a_merge_converts_the_contact_and_its_undoing_follows_again(
    health: HealthCity, run_jobs: Callable[[], int]
) -> None:
    """A laboratory knew no number: its patient is another record of the contact until somebody compares the two."""
    source = health.case("Sumber")
    contact = health.contact(source, "Kontak")
    case = health.case("Kontak", onset=DAY)
    merge = people_actions.merge_persons(
        by=SYSTEM, first=contact.person, second=case.person, reason="Same phone and name"
    )
    run_jobs()
    contact.refresh_from_db()
    assert (contact.status, contact.became_case) == ("converted", case)
    assert CaseExposure.objects.get(case=case).source_case == source
    people_actions.unmerge_person(by=SYSTEM, merge=merge, reason="Two persons with one phone")
    run_jobs()
    contact.refresh_from_db()
    assert (contact.status, contact.follow_up, contact.became_case, contact.ended_at) == ("active", "under", None, None)
    assert not CaseExposure.objects.filter(case=case).exists()
    assert contact.exposures.get().case == source


def test_somebody_who_fell_ill_after_the_exposure_is_a_case_at_once(health: HealthCity) -> None:
    source = health.case("Sumber")
    ill = health.case("Ibu", onset=DAY, area=health.west)
    before = health.case("Ayah", onset=DAY - timedelta(days=3))
    at_home = Exposure("household", "home", DAY, first_day=DAY - timedelta(days=2))
    contact = actions.record_contact(by=health.by, case=source, person=ill.person, exposure=at_home)
    assert (contact.status, contact.became_case) == ("converted", ill)
    other = actions.record_contact(by=health.by, case=source, person=before.person, exposure=at_home)
    assert (other.status, other.follow_up) == ("active", "under")
