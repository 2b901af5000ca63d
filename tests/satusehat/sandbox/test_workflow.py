"""The adapter's bundles at the sandbox with its rules, and at a second FHIR server that is not ours."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fhir.resources.R4B import get_fhir_model_class

from kini.satusehat.fhir.transaction import bundle_of
from kini.satusehat.fhir.vaccination import resources_of
from kini.satusehat.sandbox import people
from kini.satusehat.sandbox.server import Sandbox
from tests.satusehat.payloads import SORTS
from tests.satusehat.sandbox.conftest import ORGANIZATION, Call

FOLDER = Path(__file__).parent / "second_server"


def bundle_for(sort: str) -> dict[str, Any]:
    dose = SORTS[sort]
    return bundle_of(resources_of(dose), {}, dose.uuid)


@pytest.mark.parametrize("sort", SORTS)
def test_the_sandbox_takes_the_adapters_bundles_once(call: Call, sandbox: Sandbox, sort: str) -> None:
    dose = SORTS[sort]
    sandbox.fhir.add(
        people.patient(id=dose.patient, nik="3171011708450001", name="Siti", birth_date="1960-01-01", gender="female")
    )
    sandbox.fhir.add(people.location(id=dose.location, name="Pos", organization=ORGANIZATION, key="pos"), ORGANIZATION)
    sent = bundle_for(sort)
    answers = [call("POST", "", json=sent) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200], answers[0].text
    places = [[entry["response"]["location"] for entry in each.json()["entry"]] for each in answers]
    assert places[0] == places[1]
    for place in places[0]:
        stored = call("GET", place.split("/_history/")[0]).json()
        get_fhir_model_class(stored["resourceType"]).model_validate(stored)
    counts = sandbox.counts()
    assert counts["resources"]["Immunization"] == counts["events"]["Immunization"] == 1
    assert counts["duplicates"] == {}


@pytest.fixture(scope="module")
def second() -> Iterator[httpx.Client]:
    """Client of Medplum's FHIR router, whose packages are installed when they are not there."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("the second FHIR server needs node and npm")
    if not (FOLDER / "node_modules").is_dir():
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"]
        try:
            subprocess.run(command, cwd=FOLDER, check=True, capture_output=True, timeout=300)
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"the packages of the second FHIR server cannot be installed: {error}")
    with subprocess.Popen([node, FOLDER / "server.mjs"], cwd=FOLDER, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        port = process.stdout.readline().strip()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield client
        process.terminate()


@pytest.mark.long
@pytest.mark.parametrize("sort", SORTS)
def test_a_second_server_takes_the_adapters_bundles(second: httpx.Client, sort: str) -> None:
    sent = bundle_for(sort)
    for entry in sent["entry"]:
        entry["request"]["ifNoneExist"] += f"-{sort.replace(' ', '-')}"
    answer = second.post("/", json=sent)
    assert answer.status_code == 200, answer.text
    statuses = [entry["response"]["status"][:3] for entry in answer.json()["entry"]]
    assert statuses == ["201"] * len(sent["entry"]), answer.text
    for entry in answer.json()["entry"]:
        stored = second.get(f"/{entry['response']['location']}").json()
        get_fhir_model_class(stored["resourceType"]).model_validate(stored)


@pytest.mark.long
def test_the_second_server_refuses_what_is_not_fhir(second: httpx.Client) -> None:
    wrong = {"resourceType": "Immunization", "id": str(uuid4()), "colour": "red"}
    answer = second.post("/Immunization", json=wrong)
    assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome")
