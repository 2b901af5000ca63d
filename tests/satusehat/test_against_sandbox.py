"""The adapter against the sandbox, which enforces the Ministry's rules and misbehaves on demand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Thread
from uuid import UUID

import pytest
from django.utils import timezone
from fhir.resources.R4B import get_fhir_model_class

from kini.core import current_time, provider_config
from kini.exchange import outbox
from kini.records.public import ICD10, LOINC, SNOMED, Code
from kini.satusehat.comparison import compare
from kini.satusehat.fhir.illness import Diagnosis, HealthVisit, LabResult, case_resources, lab_resources
from kini.satusehat.fhir.transaction import bundle_of
from kini.satusehat.fhir.vaccination import Vaccination, resources_of
from kini.satusehat.models import NationalRecord
from kini.satusehat.public import Sandbox, sandbox_people, server
from kini.satusehat.pulling import pull_person
from kini.satusehat.rules import Verdict
from kini.satusehat.sandbox.misbehaviour import Faults
from kini.satusehat.satusehat_client import SatusehatClient
from kini.vaccination.public import dose_actions
from kini.web.formats import today
from tests.epidemic.records_town import BY
from tests.satusehat.payloads import AT, SORTS, vaccination
from tests.satusehat.site_town import SiteTown

ORGANIZATION, PRACTITIONER = "10000004", "N10000001"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with the organization, the health worker, and the patient and place of `payloads`."""
    made = Sandbox()
    add, sort = made.fhir.add, vaccination()
    add(sandbox_people.organization(id=ORGANIZATION, name="Dinas Contoh"), ORGANIZATION)
    person = {"birth_date": "1954-07-04", "gender": "female"}
    add(sandbox_people.practitioner(id=PRACTITIONER, nik="3171011708450001", name="Tenaga Contoh", **person))
    add(sandbox_people.patient(id=sort.patient, nik="3171014407540099", name="Siti Contoh", **person))
    add(sandbox_people.location(id=sort.location, name="Poli", organization=ORGANIZATION, key="poli"), ORGANIZATION)
    yield made
    made.store.close()


@pytest.fixture
def organization(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[SatusehatClient]:
    running = server(sandbox)
    thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    keys = sandbox.clients.ensure(ORGANIZATION)
    own = SatusehatClient(
        "jakarta",
        address=f"http://127.0.0.1:{running.server_address[1]}",
        organization=ORGANIZATION,
        client_id=keys.id,
        client_secret=keys.secret,
        practitioner=PRACTITIONER,
    )
    monkeypatch.setattr(provider_config, "load_providers", lambda *_arguments: {"jakarta": own})
    yield own
    own.close()
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.mark.parametrize("sort", SORTS)
def test_every_sort_of_vaccination_keeps_the_rules(sort: str, organization: SatusehatClient, sandbox: Sandbox) -> None:
    dose: Vaccination = SORTS[sort]
    resources = resources_of(dose)
    references = organization.transact(bundle_of(resources, {}, dose.uuid))
    again = organization.transact(bundle_of(resources, {}, dose.uuid))
    assert references == again
    known = dict(zip(resources, references, strict=True))
    assert organization.transact(bundle_of(resources, known, UUID(int=1))) == references
    assert sandbox.counts()["duplicates"] == {}


def test_doses_of_one_visit_are_immunizations_of_one_encounter(organization: SatusehatClient, sandbox: Sandbox) -> None:
    """Whichever comes first; an error of one of them leaves the Encounter of the others as it is."""
    first = vaccination(uuid=UUID(int=41), encounter=UUID(int=41), encounter_stands=True)
    second = replace(first, uuid=UUID(int=42))
    sent = {}
    for dose in (second, first):
        resources = resources_of(dose)
        sent[dose.uuid] = dict(zip(resources, organization.transact(bundle_of(resources, {}, dose.uuid)), strict=True))
    assert sent[first.uuid]["encounter"] == sent[second.uuid]["encounter"]
    assert sent[first.uuid]["immunization"] != sent[second.uuid]["immunization"]
    for known in sent.values():
        stored = organization.read(known["immunization"])
        assert stored["encounter"]["reference"] == known["encounter"]
    wrong = resources_of(replace(first, state="entered-in-error"))
    organization.transact(bundle_of(wrong, sent[first.uuid], first.uuid))
    assert organization.read(sent[first.uuid]["encounter"])["status"] == "finished"
    assert organization.read(sent[first.uuid]["immunization"])["status"] == "entered-in-error"
    assert organization.read(sent[second.uuid]["immunization"])["status"] == "completed"
    assert sandbox.counts()["duplicates"] == {}


VISIT = HealthVisit(UUID(int=7), ORGANIZATION, vaccination().patient, PRACTITIONER, vaccination().location, AT)
ILLNESSES = {
    "case": case_resources(
        VISIT, Diagnosis(Code(ICD10, "U07.1"), "confirmed", False, AT, (Code(SNOMED, "386661006", "Fever"),))
    ),
    "case that is over": case_resources(VISIT, Diagnosis(Code(ICD10, "A97.0"), "provisional", True)),
    "result": lab_resources(VISIT, LabResult(Code(LOINC, "94500-6"), Code(SNOMED, "10828004", "Positive"), AT)),
    "corrected result": lab_resources(
        VISIT, LabResult(Code(LOINC, "94500-6"), Code(SNOMED, "260385009", "Negative"), AT, is_corrected=True)
    ),
    "case in error": case_resources(
        replace(VISIT, is_error=True), Diagnosis(Code(ICD10, "U07.1"), "refuted", False, AT)
    ),
}


@pytest.mark.parametrize("sort", ILLNESSES)
def test_every_sort_of_illness_keeps_the_rules_and_is_fhir(sort: str, organization: SatusehatClient) -> None:
    resources = ILLNESSES[sort]
    references = organization.transact(bundle_of(resources, {}, UUID(int=8)))
    assert organization.transact(bundle_of(resources, {}, UUID(int=8))) == references
    for reference, resource in zip(references, resources.values(), strict=True):
        get_fhir_model_class(resource["resourceType"]).model_validate(organization.read(reference))


def deliver(organization: SatusehatClient, rounds: int) -> None:
    """Deliver until nothing waits, each round later than the longest wait between tries."""
    for number in range(rounds):
        with current_time.freeze(timezone.now() + number * timedelta(hours=8)):
            outbox.deliver("satusehat")
        if not NationalRecord.objects.filter(state="waiting").exists():
            return


@pytest.mark.django_db
def test_each_dose_arrives_once_through_all_faults(
    town: SiteTown, organization: SatusehatClient, sandbox: Sandbox, run_jobs: Callable[[], int]
) -> None:
    person = town.person()
    doses = [town.dose(person, number=number, given_at=_at(number)) for number in range(1, 16)]
    sandbox.misbehaviour.change(Faults(fail=0.08, drop=0.05, twice=0.1, lose=0.1, revoke=0.03, seed=7))
    run_jobs()
    deliver(organization, 60)
    sandbox.misbehaviour.change(Faults())
    assert set(NationalRecord.objects.values_list("state", flat=True)) == {"sent"}
    counts = sandbox.counts()
    assert counts["resources"]["Immunization"] == counts["resources"]["Encounter"] == len(doses)
    assert (counts["resources"]["Patient"], counts["duplicates"]) == (2, {})
    assert compare(organization, today()).differences == []


@pytest.mark.django_db
def test_a_dose_is_seen_there_corrected_and_one_of_another_city_pulled_back(
    town: SiteTown, organization: SatusehatClient, sandbox: Sandbox, run_jobs: Callable[[], int]
) -> None:
    person = town.person()
    dose = town.dose(person)
    run_jobs()
    deliver(organization, 2)
    dose_actions.mark_entered_in_error(by=BY, dose=dose, reason="Bukan orang ini")
    run_jobs()
    deliver(organization, 2)
    record = NationalRecord.objects.get()
    immunization = organization.read(record.resources["immunization"])
    assert immunization["status"] == "entered-in-error"
    elsewhere = immunization | {"id": "elsewhere", "identifier": [], "status": "completed", "lotNumber": "B-1"}
    sandbox.fhir.add(elsewhere, "10000001")
    assert pull_person(organization, person) == {Verdict.OWN: 1, Verdict.NEW: 1}


def _at(number: int) -> datetime:
    return current_time.now() - timedelta(minutes=number)
