"""The API tried by its own description: what fits it is taken, what does not is refused, nothing falls over."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case as Call
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kini.cases import actions
from kini.city.models import Place
from kini.services.models import ServiceVersion
from kini.wsgi import application
from tests.api import contract
from tests.api.conftest import Programs
from tests.cases import town as towns
from tests.cases.town import PACK, Town

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
#: Examples of each operation.
EXAMPLES = 16


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The server closes its connection after each request; here the test's transaction lives on it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def real(town: Town, permit: ServiceVersion) -> dict[str, str]:
    """Names of things that are there, for the parts of addresses."""
    resident = town.named("resident")
    case = towns.opened(resident, permit, town.resident)
    draft = towns.filled(resident, permit, town.resident)
    document = actions.attach_file(by=resident, draft=draft, slot="letter", upload=towns.photo())
    Place.objects.create(
        id="pier", kind="counter", name="Pier", area=town.areas["pier"], latitude=-6.1, longitude=106.8
    )
    return {
        "service": "stall-permit",
        "reference": case.reference,
        "draft": str(draft.pk),
        "document": str(document.pk),
        "code": "1.1.1",
        "place": "pier",
    }


@pytest.fixture
def whole_pack(running_pack: Callable[..., Path]) -> None:
    """The pack of the town, with a catalogue."""
    catalogue = "categories: {trade: {name: Trade, icon: cash}}\nevents: {moving: {name: Moving}}\n"
    running_pack(PACK, {"catalogue.yaml": catalogue})


@pytest.mark.usefixtures("whole_pack", "one_connection")
def test_schemathesis_finds_nothing(town: Town, real: dict[str, str], program: Programs):
    tokens = {"desk": program(town.head, per_minute=10**6).token, "": program(town.resident, per_minute=10**6).token}
    schema = schemathesis.openapi.from_dict(contract.kept())
    schema.app = application
    tried = 0
    for described in schema.get_all_operations():
        operation = described.ok()
        token = tokens["desk" if "/desk" in operation.path else ""]
        with transaction.atomic():
            tried += try_out(operation, real, {"Authorization": f"Bearer {token}"})
            transaction.set_rollback(True)
    assert tried == len(schema)


def try_out(operation: APIOperation, real: dict[str, str], headers: dict[str, str]) -> int:
    """Send calls that fit the description and calls that do not, to things that are there and to others."""
    names = {name: value for name, value in real.items() if f"{{{name}}}" in operation.path}
    there: dict[str, Any] = {"path_parameters": names} if names else {}
    kinds = [
        operation.as_strategy(),
        operation.as_strategy(**there),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE, **there),
    ]

    @settings(max_examples=EXAMPLES, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(st.one_of(kinds))
    def call(call: Call) -> None:
        response = call.call(headers=headers)
        call.validate_response(response, checks=CHECKS)

    call()
    return 1
