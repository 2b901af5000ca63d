"""JSON Schema (draft 2020-12) of the answers to a service's questions, for API clients.

Members that begin with `x-kini-` carry what JSON Schema cannot express: page order, the profile attribute that answers
a question, and whether an answer is stored encrypted.
"""

from collections.abc import Iterator
from typing import Any

from kini.services.conditions import When
from kini.services.fields.base import FieldBase
from kini.services.snapshots import PageSnapshot, ServiceSnapshot

JSON_SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def questions_schema(snapshot: ServiceSnapshot, number: int) -> dict[str, Any]:
    """JSON Schema of a version's answers, in the active language.

    Args:
        number: version number of the service.
    """
    known = frozenset(name for name, field in snapshot.fields.items() if field.profile)
    return {
        "$schema": JSON_SCHEMA_DIALECT,
        "title": str(snapshot.definition.name),
        "type": "object",
        "properties": dict(_properties(snapshot)),
        "required": [name for page in snapshot.pages if page.when is None for name in _required(page)],
        "additionalProperties": False,
        "allOf": [rule for page in snapshot.pages for rule in _rules(page, known)],
        "x-kini-version": number,
        "x-kini-pages": [_page(page) for page in snapshot.pages],
    }


def _properties(snapshot: ServiceSnapshot) -> Iterator[tuple[str, Any]]:
    for page in snapshot.pages:
        if page.repeat is None:
            yield from ((name, field_schema(field)) for name, field in page.fields.items())
            continue
        item = {
            "type": "object",
            "properties": {name: field_schema(field) for name, field in page.fields.items()},
            "required": [name for name, field in page.fields.items() if not field.optional],
            "additionalProperties": False,
        }
        bounds = {"minItems": page.repeat.min, "maxItems": page.repeat.max}
        yield page.repeat.name, {"title": str(page.heading), "type": "array", "items": item, **bounds}


def field_schema(field: FieldBase) -> dict[str, Any]:
    """JSON Schema of one answer, including its label and hint."""
    schema: dict[str, Any] = {"title": str(field.label), **field.json_schema(), "x-kini-type": field.type}
    if field.hint:
        schema["description"] = str(field.hint)
    if field.profile:
        schema["x-kini-profile"] = field.profile
    if field.is_sealed():
        schema["x-kini-sealed"] = True
    if options := getattr(field, "options", None):
        schema["x-kini-options"] = {value: str(label) for value, label in options.items()}
    return schema


def _required(page: PageSnapshot) -> list[str]:
    """Names that are required whenever the page is shown; a field that the profile may answer is not."""
    if page.repeat:
        return [page.repeat.name] if page.repeat.min else []
    return [name for name, field in page.fields.items() if not (field.optional or field.profile or field.when)]


def _rules(page: PageSnapshot, known: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Rules for conditional answers: required if the condition is met, forbidden otherwise.

    Conditions on profile attributes (`known`) are skipped, since clients cannot evaluate them.
    """
    if page.when and not page.when.names & known:
        yield _rule(page.when, page.names, _required(page))
    for name, field in page.fields.items():
        if field.when and not page.repeat and not field.when.names & known:
            yield _rule(field.when, [name], [] if field.optional or field.profile else [name])


def _rule(when: When, names: list[str], required: list[str]) -> dict[str, Any]:
    without = {"properties": dict.fromkeys(names, False)}
    return {"if": condition_schema(when.root), "then": {"required": required}, "else": without}


def condition_schema(when: dict[str, Any]) -> dict[str, Any]:
    """JSON Schema of a condition on other answers."""
    parts = [_condition(key, wanted) for key, wanted in when.items()]
    return parts[0] if len(parts) == 1 else {"allOf": parts}


def _condition(key: str, wanted: Any) -> dict[str, Any]:
    match key:
        case "any":
            return {"anyOf": [condition_schema(part) for part in wanted]}
        case "all":
            return {"allOf": [condition_schema(part) for part in wanted]}
        case "not":
            return {"not": condition_schema(wanted)}
    values = {"enum": wanted if isinstance(wanted, list) else [wanted]}
    fits = {"anyOf": [values, {"type": "array", "contains": values}]}
    return {"properties": {key: fits}, "required": [key]}


def _page(page: PageSnapshot) -> dict[str, Any]:
    hint = {"hint": str(page.hint)} if page.hint else {}
    return {"key": page.key, "heading": str(page.heading), "asks": page.names, **hint}
