"""Contract of the API: breaking changes are detected."""

import copy
import json
import re
from typing import Any

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from kini.api.application import openapi_document
from kini.api.auth import scopes
from tests.api import contract
from tests.api.conftest import Program

WANTED = (
    "Programs of others would break. Keep what was there and add beside it. If the break is wanted all the same: raise "
    "kini.api.application.VERSION, say it in docs/api.md, "
    "and write the contract: .venv/bin/python -m tests.api.contract"
)
ADDED = "The API has grown or says other words. If that is meant: .venv/bin/python -m tests.api.contract"
#: Operations that anybody may use without a token. All others name a scope.
PUBLIC = {
    "find-whereabouts",
    "list-agencies",
    "list-areas",
    "list-hospital-beds",
    "list-places",
    "list-services",
    "list-wifi-points",
    "read-area",
    "read-place",
    "read-questions",
    "read-service",
}
UUID = "00000000-0000-4000-8000-000000000000"
METHODS = [
    (method, path, operation)
    for path, methods in contract.kept()["paths"].items()
    for method, operation in methods.items()
]


def now() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(contract.written(openapi_document()))
    return document


def test_nothing_that_programs_rely_on_has_gone():
    assert contract.breaking(contract.kept(), now()) == [], WANTED


def test_the_contract_is_the_one_that_was_agreed():
    assert now() == contract.kept(), ADDED


def test_the_description_is_openapi_3_1():
    faults = jsonschema_rs.validator_for(OPENAPI_31).iter_errors(now())
    assert [f"{fault.instance_path}: {fault.message}" for fault in faults] == []


def test_everything_asks_for_a_scope_unless_it_is_public():
    without = {operation["operationId"] for _method, _path, operation in METHODS if not operation.get("security")}
    assert without == PUBLIC
    named = {
        s for _m, _p, operation in METHODS for each in operation.get("security", []) for s in each.get("oauth", [])
    }
    assert named == set(scopes.names())


def test_every_address_is_there_and_asks_a_stranger_for_a_token(db: None):
    """Two routers with the same address would hide one another: the second would answer 405."""
    for method, path, operation in METHODS:
        security = operation.get("security", [])
        address = (
            path.removeprefix("/api/v1").replace("{draft}", UUID).replace("{document}", UUID).replace("{bulk}", "1")
        )
        status = Program().send(method.upper(), re.sub(r"[{}]", "", address), {}).status_code
        assert status != 405, f"{method} {path}"
        assert (status == 401) == bool(security and {} not in security), f"{method} {path} answered {status}"


def change(where: str, value: Any = None) -> dict[str, Any]:
    """The contract with one thing changed, or (None) taken away."""
    new = copy.deepcopy(contract.kept())
    *path, last = where.split("|")
    document: Any = new
    for part in path:
        document = document[int(part)] if isinstance(document, list) else document[part]
    if value is None:
        del document[last]
    else:
        document[last] = value
    return new


@pytest.mark.parametrize(
    ("new", "fault"),
    [
        (change("paths|/api/v1/cases|get"), "GET /api/v1/cases is gone"),
        (change("paths|/api/v1/cases|get|parameters", []), "the parameter limit is gone"),
        (change("paths|/api/v1/cases|get|parameters|0|required", True), "limit is needed now"),
        (change("paths|/api/v1/me|get|security", [{"oauth": ["other"]}]), "it asks for other scopes"),
        (change("components|schemas|CaseLine|properties|state"), "CaseLine.state is gone"),
        (change("components|schemas|CaseLine|properties|state|type", "integer"), "CaseLine.state has another shape"),
        (change("components|schemas|Note|required", ["text", "more"]), "Note.more is needed now"),
    ],
)
def test_a_break_is_seen(new: dict[str, Any], fault: str):
    assert any(fault in each for each in contract.breaking(contract.kept(), new))


def test_growth_is_no_break():
    new = change("paths|/api/v1/new", {"get": contract.kept()["paths"]["/api/v1/me"]["get"]})
    new["components"]["schemas"]["CaseLine"]["properties"]["more"] = {"type": "string"}
    assert contract.breaking(contract.kept(), new) == []
