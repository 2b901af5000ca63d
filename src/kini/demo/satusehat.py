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
from kini.vaccination.public import campaign_files

#: Numbers at SATUSEHAT, shaped as in its own sandbox.
ORGANIZATION, PRACTITIONER, FIRST_PATIENT = "10000004", "N10000001", 100000030009
HEALTH_WORKERS = 5
#: Pretended codes of products count from here.
PRETENDED_CODES = 93_999_000


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


def products() -> list[dict[str, Any]]:
    """Products of KFA: the pack's vaccines, under pretended codes where the pack has none."""
    return [
        kfa_vaccine(
            vaccine.codes.kfa or f"{PRETENDED_CODES + number}",
            f"{vaccine.name}",
            vaccine.maker,
            vaccine.codes.kfa_group,
        )
        for number, vaccine in enumerate(campaign_files.vaccines().values(), start=1)
    ]


def start(folder: Path, _city: str, port: int) -> tuple[ThreadingHTTPServer, Path]:
    """Create server and configuration file for core.sandboxes."""
    folder.mkdir(parents=True, exist_ok=True)
    sandbox = Sandbox(Store(folder / "satusehat.sqlite3"))
    with translation.override(pack.current().languages[0]):
        sandbox.products = products()
        tables = read_pack_tables(pack.current().root, pack.current())
        units = [unit for unit in tables.units if unit.type]
        facilities = {unit.pk: f"{unit}" for unit in units}
        with sandbox.store.transaction():
            for resource in resources(facilities):
                if not sandbox.store.exists(resource["resourceType"], resource["id"]):
                    sandbox.fhir.add(resource)
    client = sandbox.clients.ensure(ORGANIZATION)
    running = server(sandbox, port)
    agency = units[0].agency_id if units else tables.agencies[0].pk
    options = {"practitioner": PRACTITIONER, "agency": agency}
    return running, configure(folder, client, running.server_address[1], **options)
