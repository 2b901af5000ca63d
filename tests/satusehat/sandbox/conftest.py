"""A sandbox on loopback with two organizations, a patient and a practitioner, as the Ministry's examples name them."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from kini.satusehat.sandbox import people
from kini.satusehat.sandbox.server import BASE, TOKEN, Sandbox, server

VECTORS = Path(__file__).parents[4] / "shared" / "vectors" / "satusehat"
ORGANIZATION, OTHER_ORGANIZATION = "10000004", "10000001"
PATIENT, PRACTITIONER, NIK = "100000030009", "N10000001", "3171014407900004"
ENCOUNTER, ROOM, REACTION = (
    "b123b151-7542-4699-9be5-a66cea48dcc2",
    "b017aa54-f1df-4ec2-9d84-8823815d7228",
    "08771e37-3c9c-4e84-92c1-861ebf63e922",
)

type Json = dict[str, Any]
#: Sends a request with an organization's token.
type Call = Callable[..., httpx.Response]


def vector(path: str) -> Json:
    """JSON of a reference file."""
    if not VECTORS.exists():
        pytest.skip(f"no reference vectors in {VECTORS}")
    loaded: Json = json.loads((VECTORS / path).read_text("utf-8"))
    return loaded


def fill(sandbox: Sandbox) -> None:
    """Store what the tests' resources refer to."""
    sandbox.fhir.add(people.organization(id=ORGANIZATION, name="Dinas Contoh"), ORGANIZATION)
    sandbox.fhir.add(people.organization(id=OTHER_ORGANIZATION, name="Klinik Contoh"), OTHER_ORGANIZATION)
    sandbox.fhir.add(people.patient(id=PATIENT, nik=NIK, name="Budi Contoh", birth_date="1944-11-17", gender="male"))
    sandbox.fhir.add(
        people.practitioner(
            id=PRACTITIONER, nik="3171011708450001", name="Tenaga Contoh", birth_date="1980-01-01", gender="male"
        )
    )
    sandbox.fhir.add(people.location(id=ROOM, name="Ruang 1A", organization=ORGANIZATION, key="1a"), ORGANIZATION)
    sandbox.fhir.add({"resourceType": "Encounter", "id": ENCOUNTER, "status": "arrived"}, ORGANIZATION)
    sandbox.fhir.add({"resourceType": "Observation", "id": REACTION, "status": "final"}, ORGANIZATION)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    fill(made)
    yield made
    made.store.close()


@pytest.fixture
def address(sandbox: Sandbox) -> Iterator[str]:
    running = server(sandbox)
    thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def call(sandbox: Sandbox, address: str) -> Iterator[Call]:
    """Send a request to the FHIR base (or a path from the root), with the token of an organization ("": none)."""
    tokens: dict[str, str] = {"": ""}
    with httpx.Client(base_url=address) as client:

        def send(method: str, path: str, *, by: str = ORGANIZATION, **options: Any) -> httpx.Response:
            if by not in tokens:
                tokens[by] = str(token(client, sandbox, by)["access_token"])
            headers = {"Authorization": f"Bearer {tokens[by]}"} if by else {}
            headers |= options.pop("headers", {})
            return client.request(
                method, path if path.startswith("/") else f"{BASE}/{path}", headers=headers, **options
            )

        yield send


def token(client: httpx.Client, sandbox: Sandbox, organization: str) -> Json:
    """Answer of the token endpoint to an organization's client."""
    own = sandbox.clients.ensure(organization)
    form = {"client_id": own.id, "client_secret": own.secret}
    answer: Json = client.post(TOKEN, params={"grant_type": "client_credentials"}, data=form).json()
    return answer


def rules_of(outcome: Mapping[str, Any]) -> set[int]:
    """Numbers of the rules that an OperationOutcome names; 0: none."""
    assert outcome["resourceType"] == "OperationOutcome"
    texts = [issue["details"]["text"] for issue in outcome["issue"]]
    return {int(text.rsplit(": ", 1)[1].rstrip(")")) if "(RuleNumber: " in text else 0 for text in texts}


def encounter(value: str = "V1", **changes: Any) -> Json:
    """Visit as the workflow sends it."""
    return {
        "resourceType": "Encounter",
        "identifier": [{"system": f"http://sys-ids.kemkes.go.id/encounter/{ORGANIZATION}", "value": value}],
        "status": "arrived",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "participant": [{"individual": {"reference": f"Practitioner/{PRACTITIONER}"}}],
        "period": {"start": "2023-08-16T03:00:00+00:00"},
        "location": [{"location": {"reference": f"Location/{ROOM}"}}],
        "statusHistory": [{"status": "arrived", "period": {"start": "2023-08-16T03:00:00+00:00"}}],
        "serviceProvider": {"reference": f"Organization/{ORGANIZATION}"},
        **changes,
    }


def immunization(value: str = "D1", **changes: Any) -> Json:
    """Dose as the workflow sends it."""
    return {
        "resourceType": "Immunization",
        "identifier": [{"system": f"http://sys-ids.kemkes.go.id/immunization/{ORGANIZATION}", "value": value}],
        "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://sys-ids.kemkes.go.id/kfa", "code": "93004035"}]},
        "patient": {"reference": f"Patient/{PATIENT}"},
        "encounter": {"reference": f"Encounter/{ENCOUNTER}"},
        "occurrenceDateTime": "2023-08-16T03:20:00+00:00",
        "recorded": "2023-08-16T03:21:00+00:00",
        "expirationDate": "2024-08-17",
        "primarySource": True,
        "location": {"reference": f"Location/{ROOM}"},
        "lotNumber": "202009007",
        "performer": [{"actor": {"reference": f"Practitioner/{PRACTITIONER}"}}],
        "protocolApplied": [{"doseNumberPositiveInt": 1}],
        **changes,
    }
