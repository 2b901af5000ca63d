"""Editors accept each file of the pack by its schema, and mark a typing error."""

from pathlib import Path

import pytest
from jsonschema_rs import Draft202012Validator

from kini.core.config_files import read_source_file
from kini.services.file_schemas import FILE_SCHEMAS
from tests.city.conftest import JAKARTA as PACK

FILES = {
    "flow": sorted((PACK / "flows").glob("*.yaml")),
    "block": sorted((PACK / "blocks").glob("*.yaml")),
    **{name: [PACK / f"{name}.yaml"] for name in ("catalogue", "channels", "statements", "moves")},
}


@pytest.mark.parametrize("name", FILES)
def test_files_of_the_pack_fit_their_schema(name: str) -> None:
    validator = Draft202012Validator(FILE_SCHEMAS[name]())
    faults = {
        path.name: error.message
        for path in FILES[name]
        for error in validator.iter_errors(read_source_file(Path(path), PACK).data)
    }
    assert faults == {}


@pytest.mark.parametrize("name", ["flow", "block", "channels", "statements"])
def test_a_typing_error_does_not_fit(name: str) -> None:
    data = read_source_file(FILES[name][0], PACK).data
    wrong = data | {"stat": {"labl": 1}}
    assert not Draft202012Validator(FILE_SCHEMAS[name]()).is_valid(wrong)
