"""The published JSON Schema accepts what the loader accepts; editors validate service files with it."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import yaml

from kini.services.fields.base import field_types
from kini.services.schema import service_file_schema
from tests.city.conftest import JAKARTA
from tests.services.conftest import TOWN


def wrong(schema: dict[str, Any], value: Any, root: dict[str, Any], place: str = "") -> Iterator[str]:
    """Validation errors of a value, for the subset of JSON Schema 2020-12 that the schema uses."""
    if ref := schema.get("$ref"):
        yield from wrong(root["$defs"][ref.removeprefix("#/$defs/")], value, root, place)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices and all(list(wrong(choice, value, root, place)) for choice in choices):
        yield f"{place}: {value!r} is none of the choices"
    if "const" in schema and value != schema["const"]:
        yield f"{place}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is not one of {schema['enum']}"
    # A day in a file is read as a date; in JSON, which the schema speaks of, it is a string.
    value = value.isoformat() if isinstance(value, date) else value
    sorts = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
    if "type" in schema and schema["type"] != "null" and not isinstance(value, sorts[schema["type"]]):
        yield f"{place}: {value!r} is no {schema['type']}"
    elif schema.get("type") == "null" and value is not None:
        yield f"{place}: {value!r} is not empty"
    elif isinstance(value, dict):
        yield from _wrong_object(schema, value, root, place)
    elif isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from wrong(schema["items"], item, root, f"{place}.{index}")
    elif isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{place}: {value!r} does not fit {schema['pattern']}"


def _wrong_object(schema: dict[str, Any], value: dict[str, Any], root: dict[str, Any], place: str) -> Iterator[str]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name in schema.get("required", []):
        if name not in value:
            yield f"{place}: {name} is missing"
    for name, item in value.items():
        patterned = [each for pattern, each in schema.get("patternProperties", {}).items() if re.search(pattern, name)]
        if name in properties or patterned:
            yield from wrong(properties.get(name) or patterned[0], item, root, f"{place}.{name}")
        elif others is False:
            yield f"{place}: {name} is not known"
        elif isinstance(others, dict):
            yield from wrong(others, item, root, f"{place}.{name}")


FILES = sorted((JAKARTA / "services").rglob("*.yaml")) + sorted((TOWN / "services").rglob("*.yaml"))


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return service_file_schema()


def test_every_service_file_fits_the_schema(schema):
    for path in FILES:
        data = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)  # noqa: S506 -- the safe loader, in C
        assert list(wrong(schema, data, schema)) == [], path


def test_it_is_whole_and_knows_every_field_type(schema):
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    refs = set(re.findall(r"#/\$defs/(\w+)", repr(schema)))
    assert refs <= schema["$defs"].keys()
    assert set(schema["$defs"]["FieldBase"]["discriminator"]["mapping"]) == set(field_types.names())


@pytest.mark.parametrize(
    "change",
    [
        {"fee": "cheap"},
        {"confidence": "sure"},
        {"agency": "Not An Id"},
        {"sumary": "misspelt"},
        {"ask": [{"fields": {"name": {"label": "no type"}}}]},
        {"ask": [{"fields": {"name": {"type": "text", "label": "Name", "length": 5}}}]},
        {"report": {"evidnce": "photo"}, "kind": "report"},
    ],
)
def test_it_refuses_what_the_reader_refuses(schema, change):
    data = yaml.load(FILES[-1].read_text("utf-8"), yaml.CSafeLoader)  # noqa: S506 -- the safe loader, in C
    assert list(wrong(schema, {**data, **change}, schema)) != []
