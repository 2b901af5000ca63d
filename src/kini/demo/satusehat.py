"""Sandbox SATUSEHAT of the demo: the city's organization and facilities, the demo people, made-up health workers."""

from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from django.utils import timezone, translation

from kini.city.public import pack, read_pack_tables
from kini.demo.civil_register import MORE
from kini.demo.people import AT_COUNTER, WITH_ACCOUNT, name_of
from kini.people import rules
from kini.satusehat.public import Sandbox, Store, configure, kfa_vaccine, sandbox_people, server
from kini.services.public import example_national_id

#: Numbers at SATUSEHAT, shaped as in its own sandbox.
ORGANIZATION, PRACTITIONER, FIRST_PATIENT = "10000004", "N10000001", 100000030009
HEALTH_WORKERS = 5


def resources(facilities: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Resources of the Ministry's indexes.

    Args:
        facilities: names by id.
    """
    kind, today = pack.current().national_id, timezone.localdate()
    people = WITH_ACCOUNT + AT_COUNTER + MORE
    yield sandbox_people.organization(id=ORGANIZATION, name=f"{pack.current().name}")
    for number in range(1, people + HEALTH_WORKERS + 1):
        read = rules.parse_national_id(example_national_id(kind, number), kind, today)
        person = {
            "nik": read.number,
            "name": name_of(number),
            "birth_date": f"{read.birth_date or '1980-01-01'}",
            "gender": read.sex or "unknown",
        }
        if number <= people:
            yield sandbox_people.patient(id=f"{FIRST_PATIENT + number - 1}", **person)
        else:
            yield sandbox_people.practitioner(id=f"N{int(PRACTITIONER[1:]) + number - people - 1}", **person)
    for identity, name in facilities.items():
        yield sandbox_people.location(
            id=f"{ORGANIZATION}-{identity}"[:64], name=name, organization=ORGANIZATION, key=identity
        )


def start(folder: Path, _city: str, port: int) -> tuple[ThreadingHTTPServer, Path]:
    """Create server and configuration file for core.sandboxes."""
    folder.mkdir(parents=True, exist_ok=True)
    sandbox = Sandbox(Store(folder / "satusehat.sqlite3"), products=PRODUCTS)
    with translation.override(pack.current().languages[0]):
        units = [unit for unit in read_pack_tables(pack.current().root, pack.current()).units if unit.type]
        facilities = {unit.pk: f"{unit.name}" for unit in units}
        with sandbox.store.transaction():
            for resource in resources(facilities):
                if not sandbox.store.exists(resource["resourceType"], resource["id"]):
                    sandbox.fhir.add(resource)
    client = sandbox.clients.ensure(ORGANIZATION)
    running = server(sandbox, port)
    options = {"practitioner": PRACTITIONER, "agency": units[0].agency_id if units else ""}
    return running, configure(folder, client, running.server_address[1], **options)


#: The one product of COVID-19 whose code is published.
PRODUCTS = [kfa_vaccine("93004035", "Vaksin COVID-19 ChAdOx1 (AstraZeneca)", "AstraZeneca", "VG213")]
