"""Resources made from the table of rules: one that meets all rules of its type, and one for each way to violate one."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from kini.satusehat.sandbox.rule_table import Rule, rules
from kini.satusehat.sandbox.structure import element_of, elements_of
from tests.satusehat.sandbox.conftest import ORGANIZATION

TIME, LATER, DAY = "2023-08-16T03:00:00+00:00", "2023-08-16T04:00:00+00:00", "2023-08-16"
FUTURE, OTHER = "2999-01-01T00:00:00+00:00", "http://example.org/other"
#: Values of primitive types, before rules say more.
VALUES: dict[str, Any] = {
    "boolean": True, "integer": 1, "positiveInt": 1, "unsignedInt": 1, "decimal": 1.5, "date": DAY, "dateTime": TIME,
    "instant": TIME, "time": "10:00:00", "base64Binary": "aGk=", "xhtml": '<div xmlns="http://www.w3.org/1999/xhtml"/>',
}  # fmt: skip
#: Types of references about which no rule says one.
TARGETS = {"serviceProvider": "Organization", "encounter": "Encounter", "location": "Location"}
#: What a rule's check does not say, and FHIR demands beside it.
WRONG = {
    "dateTime": "2023-08-16 10:00", "date": "16-08-2023", "time": "10 o'clock", "decimal": "1,5", "integer": "1",
    "boolean": "yes", "string": 1, "age": {"code": "a"},
}  # fmt: skip


def smallest(kind: str, *, organization: str = ORGANIZATION) -> dict[str, Any]:
    """Resource with the required elements of FHIR and of the rules, meeting all rules."""
    resource: dict[str, Any] = {"resourceType": kind}
    own = [rule for rule in rules()[kind] if not rule.unsure]
    chosen = set[str]()
    for name, element in elements_of(kind).items():
        if element.required or (element.choice_required and element.choice not in chosen):
            put(resource, kind, (name,), organization=organization)
            chosen.add(element.choice)
    for rule in own:
        if rule.required:
            put(resource, kind, rule.path, organization=organization)
    return resource


def put(resource: dict[str, Any], kind: str, path: Sequence[str], value: Any = None, *, organization: str = "") -> None:
    """Set the element at a path, and what FHIR demands of its parents, to a value (None: one that meets the rules)."""
    node, parent, walked = resource, kind, list[str]()
    for step, name in enumerate(path):
        last = step == len(path) - 1
        if name.startswith("extension["):
            node = _extension(node, name[len("extension[") : -1])
            parent = "Extension"
            walked.append(name)
            continue
        name = _typed(parent, name)
        element = element_of(parent, name)
        walked.append(path[step])
        for other, sibling in elements_of(parent).items():
            if element.choice and sibling.choice == element.choice and other != name:
                node.pop(other, None)
        if last:
            made = right(kind, tuple(walked), element.type, organization) if value is None else copy.deepcopy(value)
            node[name] = [made] if element.is_list and not isinstance(made, list) else made
        else:
            if name not in node:
                inner = right(kind, tuple(walked), element.type, organization)
                node[name] = [inner] if element.is_list else inner
            node = node[name][0] if element.is_list else node[name]
            parent = element.type


def _typed(parent: str, name: str) -> str:
    """Name of the first type of a choice; dateTime and references before others."""
    if not name.endswith("[x]"):
        return name
    names = [each for each, element in elements_of(parent).items() if element.choice == name[:-3]]
    return next((each for each in names if each.endswith(("DateTime", "Reference"))), names[0])


def _extension(node: dict[str, Any], name: str) -> dict[str, Any]:
    extension = {"url": f"https://fhir.kemkes.go.id/r4/StructureDefinition/{name}"}
    node.setdefault("extension", []).append(extension)
    return extension


def right(kind: str, path: tuple[str, ...], fhir_type: str, organization: str) -> Any:
    """Value that meets all rules at a path, and FHIR's demands on its type."""
    own = [rule for rule in rules()[kind] if rule.path == path and not rule.unsure]
    systems = next((rule.systems for rule in own if rule.systems), (OTHER,))
    codes = next((rule.codes for rule in own if rule.codes), frozenset({"code"}))
    refers = next((rule.refers for rule in own if rule.refers), ("any",))
    match fhir_type:
        case "code" | "string" | "uri" | "canonical" | "url" | "markdown" | "id":
            prefix = next((rule.prefix for rule in own if rule.prefix), "")
            return f"{prefix}0015" if prefix else min(codes)
        case "CodeableConcept":
            return {"coding": [{"system": _address(systems[0]), "code": "1"}]}
        case "Coding":
            return {"system": _address(systems[0]), "code": "1"}
        case "Quantity" | "Duration" | "Age" | "Count" | "Distance":
            return {"value": 1.5, "system": _address(systems[0]), "code": "1"}
        case "Money":
            return {"value": 52000, "currency": "IDR"}
        case "Reference":
            target = TARGETS.get(path[-1], "Patient") if refers == ("any",) else refers[0]
            return {"reference": f"{target}/{target.lower()}-1"}
        case "Identifier":
            templates = next((rule.identifier for rule in own if rule.identifier), (OTHER,))
            named = next((min(rule.codes) for rule in rules()[kind] if rule.path == (*path, "system")), templates[0])
            system = named.replace("{organization}", organization)
            own_system = f"http://sys-ids.kemkes.go.id/{system}"
            return {"system": system if system.startswith("http") else own_system, "value": "1"}
        case "Period":
            return {"start": TIME, "end": LATER}
    if fhir_type in VALUES:
        after = any(rule.after for rule in own)
        return (
            {"date": "2024-08-16", "dateTime": LATER}.get(fhir_type, VALUES[fhir_type]) if after else VALUES[fhir_type]
        )
    made: dict[str, Any] = {}
    for name, element in elements_of(fhir_type).items():
        choice = element.choice_required and not any(key.startswith(element.choice) for key in made)
        if element.required or choice:
            inner = right(kind, (*path, name), element.type, organization)
            made[name] = [inner] if element.is_list else inner
    if not made:
        name, element = min(elements_of(fhir_type).items(), key=lambda item: item[1].type != "string")
        inner = right(kind, (*path, name), element.type, organization)
        made[name] = [inner] if element.is_list else inner
    return made


def _address(system: str) -> str:
    return system.replace("*", "/CodeSystem/any")


def violations(rule: Rule, *, organization: str = ORGANIZATION) -> Iterator[dict[str, Any]]:
    """Smallest resources that violate a rule in each of its ways, and no other rule of another element."""
    kind = rule.resource
    if rule.required:
        yield _without(rule, organization)
    wrong: list[Any] = []
    if rule.systems:
        coding = {"system": OTHER, "code": "1"}
        wrong.append({"coding": [coding]} if _type(kind, rule.path) == "CodeableConcept" else coding | {"value": 1.5})
    if rule.codes:
        wrong.append("no-such-code")
    if rule.prefix:
        wrong.append(OTHER)
    if rule.identifier:
        wrong.append({"system": "http://sys-ids.kemkes.go.id/encounter/other", "value": "1"})
    if rule.refers:
        wrong.append({"display": "nobody"} if rule.refers == ("any",) else {"reference": "Bundle/1"})
    if rule.format:
        wrong.append(WRONG[rule.format])
    if rule.past:
        wrong.append(FUTURE)
        wrong.append("2001-01-01T00:00:00+00:00")
    if rule.minimum is not None:
        wrong.append(rule.minimum - 1)
    if rule.money:
        wrong.append({"value": 52000, "currency": "USD"})
        wrong.append({"value": "52000", "currency": "IDR"})
    for value in wrong:
        resource = smallest(kind, organization=organization)
        put(resource, kind, rule.path, value, organization=organization)
        yield resource
    if rule.after:
        resource = smallest(kind, organization=organization)
        put(resource, kind, rule.after, organization=organization)
        put(resource, kind, rule.path, "2022-09-01T00:00:00+00:00" if "." in ".".join(rule.after) else "2022-09-01")
        yield resource | dict(rule.when)


def _without(rule: Rule, organization: str) -> dict[str, Any]:
    """Resource without the required element, or with its parent emptied."""
    resource = smallest(rule.resource, organization=organization) | dict(rule.when)
    if len(rule.path) > 1:
        put(resource, rule.resource, rule.path, organization=organization)
    node: Any = resource
    for name in rule.path[:-1]:
        node = node[name][0] if isinstance(node[name], list) else node[name]
    name = rule.path[-1]
    for key in [key for key in node if key == name or (name.endswith("[x]") and key.startswith(name[:-3]))]:
        del node[key]
    return resource


def _type(kind: str, path: Sequence[str]) -> str:
    for name in path:
        kind = "Extension" if name.startswith("extension[") else element_of(kind, _typed(kind, name)).type
    return kind
