"""`./kini bench satusehat`: doses through the adapter to the sandbox, beside bare requests of the same content."""

import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import batched
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from kini.bench.crash_recovery import kill_process
from kini.core import current_time, references
from kini.core.process_supervisor import ProcessError, spawn_command
from kini.exchange.models import OutboxEntry
from kini.people.models import Person, PersonIdentifier
from kini.robot.scratch import ScratchCity
from kini.satusehat.models import NationalRecord
from kini.satusehat.public import SatusehatClient, Vaccination, VaccineCodes, bundle_of, resources_of
from kini.vaccination.models import Dose, Lot, Site
from kini.web.formats import today

BATCH = 2000
#: Doses of the yardstick, and of the part without faults.
MEASURED = 500
#: Share of requests that meet each fault (`sandbox.misbehaviour.Faults`).
FAULTS = {
    "fail": 0.02,
    "drop": 0.02,
    "twice": 0.03,
    "lose": 0.04,
    "revoke": 0.0005,
    "delay": [0.002, 0.1],
    "statuses": [500, 502, 504, 500, 502, 504, 429],
}
#: Share of the yardstick that is expected of the adapter: it also reads, encrypts and records each dose durably.
LEAST_SHARE = 0.3
#: Seconds without progress after which the benchmark ends.
STUCK = 180.0


def run(scratch: ScratchCity, configuration: Path, doses: int, workers: int, kills: int) -> list[str]:
    """Send the doses; return what went wrong, a sentence each."""
    options = next(iter(tomllib.loads(configuration.read_text("utf-8")).values()))
    client = SatusehatClient("bench", **{name: value for name, value in options.items() if name != "adapter"})
    measured = min(MEASURED, max(1, doses // 2))
    bare = yardstick(client, measured, workers)
    print(f"Bare requests: {bare:.0f} doses a second, {workers} connections", flush=True)
    for number in range(workers):
        launch = spawn_command([sys.executable, "-m", "kini.bench.satusehat_worker"], scratch.env)
        scratch.supervisor.start(f"sender-{number}", launch, again=True)
    own = _sent(scratch, client, range(measured), [])
    print(f"Adapter: {own:.0f} doses a second, {own / bare:.2f} of bare", flush=True)
    httpx.post(f"{client.address}/sandbox/faults", json=FAULTS).raise_for_status()
    plan = [f"sender-{number % workers}" for number in range(kills)]
    with_faults = _sent(scratch, client, range(measured, doses), plan)
    httpx.post(f"{client.address}/sandbox/faults", json={}).raise_for_status()
    print(f"With faults, {kills} kills: {with_faults:.0f} doses a second", flush=True)
    slow = f"The adapter reached {own / bare:.2f} of bare requests; expected {LEAST_SHARE}."
    return [*([slow] if own < bare * LEAST_SHARE else []), *find_inconsistencies(client, doses + measured)]


def find_inconsistencies(client: SatusehatClient, doses: int) -> list[str]:
    """Compare what the sandbox has with what was sent, including the yardstick's."""
    counts = httpx.get(f"{client.address}/sandbox/counts", timeout=60).json()
    stored, findings = counts["resources"].get("Immunization", 0), []
    print(f"{stored} Immunizations of {doses} doses; faults: {counts['faults']}", flush=True)
    if stored != doses:
        findings.append(f"SATUSEHAT has {stored} Immunizations of {doses} doses.")
    if counts["duplicates"]:
        findings.append(f"SATUSEHAT has records twice: {counts['duplicates']}.")
    unsent = NationalRecord.objects.exclude(state="sent").count()
    numbers = {each["immunization"] for each in NationalRecord.objects.values_list("resources", flat=True) if each}
    if unsent:
        findings.append(f"{unsent} doses are not sent.")
    if len(numbers) != NationalRecord.objects.count():
        findings.append("Two doses have the same number at SATUSEHAT.")
    return findings


def _sent(scratch: ScratchCity, client: SatusehatClient, numbers: range, kills: Sequence[str]) -> float:
    """Queue doses and wait until all are sent, killing senders on the way; return doses a second."""
    store(client, numbers)
    waiting, plan = NationalRecord.objects.filter(state="waiting"), list(kills)
    began = progressed = time.monotonic()
    left = len(numbers)

    def over() -> bool:
        nonlocal left, progressed
        before, left = left, waiting.count()
        if left < before:
            progressed = time.monotonic()
        if plan and len(numbers) - left > len(numbers) * (len(kills) - len(plan) + 1) / (len(kills) + 1):
            kill_process(scratch, plan.pop(0))
        return not left or time.monotonic() - progressed > STUCK

    if reason := scratch.supervisor.wait(until=over):
        raise ProcessError(f"{reason}.")
    if left:
        raise ProcessError(f"{left} doses are not sent after {STUCK:.0f} seconds without progress.")
    return len(numbers) / (time.monotonic() - began)


def store(client: SatusehatClient, numbers: range) -> None:
    """Store persons with a national number and a dose each, and their messages in the outbox."""
    site, now = Site.objects.select_related("agency", "area", "facility").order_by("pk")[0], current_time.now()
    lot, _is_new = Lot.objects.get_or_create(
        vaccine="astrazeneca", number="BENCH", defaults={"expires_on": today() + timedelta(days=365)}
    )
    for batch in batched(numbers, BATCH):  # noqa: B911 -- the last one is shorter
        born = [date(1940, 1, 1) + timedelta(days=number // 9000) for number in batch]
        persons = Person.objects.bulk_create(
            Person(
                source="bench",
                name=f"Contoh {number}",
                birth_date=day,
                birth_precision="day",
                sex="female",
                area=site.area,
            )
            for number, day in zip(batch, born, strict=True)
        )
        PersonIdentifier.objects.bulk_create(
            PersonIdentifier(
                person=person,
                type="national-id",
                value=f"317101{day.day + 40:02}{day:%m%y}{number % 9000 + 1:04}",
                source="bench",
            )
            for number, day, person in zip(batch, born, persons, strict=True)
        )
        doses = Dose.objects.bulk_create(_doses(persons, site, lot))
        NationalRecord.objects.bulk_create(
            NationalRecord(record_type="dose", record_id=dose.pk, organization=client.organization) for dose in doses
        )
        OutboxEntry.objects.bulk_create(
            OutboxEntry(
                destination="satusehat",
                subject=f"dose:{dose.pk}",
                key=f"dose:{dose.pk}:1",
                payload={},
                created_at=now,
                next_at=now,
                give_up_at=now + timedelta(days=30),
            )
            for dose in doses
        )


def _doses(persons: Sequence[Person], site: Site, lot: Lot) -> Iterator[Dose]:
    at = current_time.now() - timedelta(hours=1)
    for person in persons:
        yield Dose(
            uuid=uuid4(),
            reference=references.generate("VC"),
            person=person,
            campaign="covid-19",
            vaccine="astrazeneca",
            number=1,
            volume_ul=500,
            lot=lot,
            given_on=at.date(),
            given_at=at,
            site=site,
            facility=site.facility,
            agency=site.agency,
            site_area_path=site.area.path,
            area=site.area,
            age=70,
            sex="female",
            state="given",
            source="site",
        )


def yardstick(client: SatusehatClient, doses: int, connections: int) -> float:
    """Send the same requests from prepared content, without a database; return doses a second."""
    token = client.access_token()
    location = next(client.search("Location", {"organization": client.organization}))["id"]
    at = current_time.now() - timedelta(hours=1)
    codes, expires_on = VaccineCodes("93004035", "VG213", "210"), today() + timedelta(days=365)

    def send(numbers: Sequence[int]) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=f"{client.address}/fhir-r4/v1", headers=headers, timeout=20) as http:
            for number in numbers:
                nik = f"317102{41:02}0150{number + 1:04}"
                system = "https://fhir.kemkes.go.id/id/nik"
                http.get("/Patient", params={"identifier": f"{system}|{nik}"}).raise_for_status()
                patient = http.post("/Patient", json=_patient(system, nik)).raise_for_status().json()["id"]
                dose = Vaccination(
                    uuid4(), client.organization, patient, client.practitioner, location, "given", codes, 1, at, at,
                    at + timedelta(minutes=15), lot="BENCH", expires_on=expires_on, volume_ul=500, age=70,
                )  # fmt: skip
                http.post("", json=bundle_of(resources_of(dose), {}, dose.uuid)).raise_for_status()

    began = time.monotonic()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(send, [range(first, doses, connections) for first in range(connections)]))
    return doses / (time.monotonic() - began)


def _patient(system: str, nik: str) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "identifier": [{"use": "official", "system": system, "value": nik}],
        "active": True,
        "name": [{"use": "official", "text": "Contoh Pembanding"}],
        "gender": "female",
        "birthDate": "1950-01-01",
        "address": [{"use": "home", "country": "ID"}],
        "multipleBirthInteger": 0,
    }
