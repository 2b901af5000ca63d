"""Editors accept each file of the pack by its schema, and mark a typing error."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from kini.city.public import file_schemas
from kini.core.config_files import read_source_file
from tests.city.conftest import JAKARTA as PACK

TABLES = ("agencies", "catalogue", "channels", "inputs", "moves", "states", "statements")
FILES = {
    "flow": sorted((PACK / "flows").glob("*.yaml")),
    "block": sorted((PACK / "blocks").glob("*.yaml")),
    **{
        name: [PACK / f"{name}.yaml"]
        for name in ("agencies", "catalogue", "channels", "inputs", "moves", "states", "statements")
    },
    **{name: [PACK / f"{name}.toml"] for name in ("city", "calendar")},
    "feed": sorted((PACK / "feeds").glob("*.yaml")),
    "service": sorted((PACK / "services").rglob("*.yaml")),
}


def _plain(path: Path) -> Any:
    """The file as an editor sees it: days are texts."""
    return json.loads(json.dumps(read_source_file(path, PACK).data, default=str))


@pytest.mark.parametrize("name", FILES)
def test_files_of_the_pack_fit_their_schema(name: str) -> None:
    validator = Draft202012Validator(file_schemas.get(name)())
    faults = {path.name: error.message for path in FILES[name] for error in validator.iter_errors(_plain(path))}
    assert faults == {}


@pytest.mark.parametrize(
    "name", ["block", "calendar", "channels", "city", "feed", "flow", "inputs", "states", "statements"]
)
def test_a_typing_error_does_not_fit(name: str) -> None:
    data = _plain(FILES[name][0])
    wrong = data | {"stat": {"labl": 1}}
    assert not Draft202012Validator(file_schemas.get(name)()).is_valid(wrong)


def test_every_kind_of_file_is_tried_here() -> None:
    assert set(file_schemas.names()) == FILES.keys()
