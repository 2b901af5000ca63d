"""Shape of resources by FHIR R4: known elements, lists, required elements, types (`r4_elements.txt`)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kini.satusehat.sandbox.outcomes import Issue
from kini.satusehat.sandbox.rule_table import request_rule

FILE = Path(__file__).parent / "r4_elements.txt"

MISSING = "is missing"
#: Elements of every resource or part, with their types.
COMMON = {
    "id": "string",
    "implicitRules": "uri",
    "language": "code",
    "meta": "Meta",
    "contained": "Resource",
    "extension": "Extension",
    "modifierExtension": "Extension",
    "text": "Narrative",
}


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a type.

    Attributes:
        choice: stem of the choice of types that it belongs to; `choice_required`: one of them must be there.
    """

    type: str
    is_list: bool
    required: bool
    choice: str
    choice_required: bool = False


_ELEMENT = re.compile(r"(?P<name>\w+):(?P<type>\w+)(?P<list>\*?)(?P<required>!?)(?:=(?P<choice>\w+)(?P<one>!?))?")
_DAY = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_TIME = r"T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))"
#: By primitive type: pattern of a string, or type of the value.
_PRIMITIVES: Mapping[str, re.Pattern[str] | type | tuple[type, ...]] = {
    "boolean": bool,
    "integer": int,
    "unsignedInt": int,
    "positiveInt": int,
    "decimal": (int, float),
    "date": re.compile(_DAY),
    "dateTime": re.compile(rf"{_DAY}|\d{{4}}-\d\d-\d\d{_TIME}"),
    "instant": re.compile(rf"\d{{4}}-\d\d-\d\d{_TIME}"),
    "time": re.compile(r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"),
    "id": re.compile(r"[A-Za-z0-9\-.]{1,64}"),
    "code": re.compile(r"\S+( \S+)*"),
    "uri": re.compile(r"\S*"),
    "url": re.compile(r"\S*"),
    "canonical": re.compile(r"\S*"),
    "oid": re.compile(r"urn:oid:[0-2](\.(0|[1-9]\d*))+"),
    "uuid": re.compile(r"urn:uuid:[0-9a-fA-F-]{36}"),
}

_LEAST = {"positiveInt": 1, "unsignedInt": 0}


def check(resource: Mapping[str, Any]) -> list[Issue]:
    """Issues of a resource's shape."""
    kind = str(resource.get("resourceType"))
    rule = request_rule("structure")
    return [Issue(rule, f"{path} {words}", path, "structure") for path, words in _resource_issues(kind, resource, kind)]


def is_known(kind: str) -> bool:
    return kind in _types()


def element_of(kind: str, name: str) -> Element:
    """Element of a type.

    Raises:
        LookupError: it has none of that name.
    """
    if (element := _types()[kind][0].get(name) or _common(name)) is None:
        raise LookupError(f"{kind}.{name}")
    return element


def elements_of(kind: str) -> Mapping[str, Element]:
    """Elements of a type by name, without those of every resource or part."""
    return _types()[kind][0]


def _resource_issues(kind: str, resource: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    if not is_known(kind):
        yield path, "is not a type of this server"
        return
    yield from _issues(kind, {name: value for name, value in resource.items() if name != "resourceType"}, path)


def _issues(kind: str, node: Any, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(node, dict):
        yield path, "must be an object"
        return
    elements, required = _types()[kind]
    for label, names in required.items():
        if not any(name in node for name in names):
            yield f"{path}.{label}", MISSING
    chosen = set[str]()
    for name, value in node.items():
        element = elements.get(name) or _common(name)
        if element is None:
            if not (name.startswith("_") and name[1:] in elements):
                yield f"{path}.{name}", "is not an element of FHIR R4"
            continue
        if element.choice:
            if element.choice in chosen:
                yield f"{path}.{name}", "is a second type of one element"
            chosen.add(element.choice)
        if element.is_list != isinstance(value, list):
            yield f"{path}.{name}", "must be a list" if element.is_list else "must not be a list"
            continue
        for each in value if element.is_list else (value,):
            yield from _value_issues(element.type, each, f"{path}.{name}")


def _value_issues(kind: str, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if kind == "Resource":
        yield from _resource_issues(str(value.get("resourceType")) if isinstance(value, dict) else "", value, path)
    elif kind in _types():
        yield from _issues(kind, value, path)
    elif (expected := _PRIMITIVES.get(kind)) is None:
        if not isinstance(value, str):
            yield path, "must be a text"
    elif isinstance(expected, re.Pattern):
        if not isinstance(value, str) or not expected.fullmatch(value):
            yield path, f"is no {kind}"
    elif not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        yield path, f"is no {kind}"
    elif kind in _LEAST and isinstance(value, int) and value < _LEAST[kind]:
        yield path, f"is less than {_LEAST[kind]}"


@cache
def _common(name: str) -> Element | None:
    lists = ("contained", "extension", "modifierExtension")
    return Element(COMMON[name], name in lists, False, "") if name in COMMON else None


@cache
def _types() -> Mapping[str, tuple[Mapping[str, Element], Mapping[str, Sequence[str]]]]:
    """By type: its elements, and the names of which one must be there, by the element as FHIR writes it."""
    types = {}
    for line in FILE.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            kind, *rows = line.split(" ")
            elements, groups = dict[str, Element](), dict[str, list[str]]()
            for row in rows:
                match = _ELEMENT.fullmatch(row)
                assert match, row
                name = match["name"]
                elements[name] = Element(
                    match["type"],
                    bool(match["list"]),
                    bool(match["required"]),
                    match["choice"] or "",
                    bool(match["one"]),
                )
                if match["required"]:
                    groups[name] = [name]
                elif match["one"]:
                    groups.setdefault(f"{match['choice']}[x]", []).append(name)
            types[kind] = elements, groups
    return types
