"""The questions of a service as JSON Schema (draft 2020-12): what programs are told, and what answers must fit.

What JSON Schema has no word for stands in members that begin with `x-kini-`: pages in their order, which attribute of
the profile answers a question, whether an answer is kept encrypted.
"""

from collections.abc import Iterator
from typing import Any

from kini.services.conditions import When
from kini.services.fields.base import FieldBase
from kini.services.versions import Resolved, ResolvedPage

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def questions_schema(resolved: Resolved, number: int) -> dict[str, Any]:
    """The schema of a version's answers, in the active language.

    Args:
        number: which version of the service it is.
    """
    known = frozenset(name for name, field in resolved.fields.items() if field.profile)
    return {
        "$schema": DIALECT,
        "title": str(resolved.definition.name),
        "type": "object",
        "properties": dict(_properties(resolved)),
        "required": [name for page in resolved.pages if page.when is None for name in _required(page)],
        "additionalProperties": False,
        "allOf": [rule for page in resolved.pages for rule in _rules(page, known)],
        "x-kini-version": number,
        "x-kini-pages": [_page(page) for page in resolved.pages],
    }


def _properties(resolved: Resolved) -> Iterator[tuple[str, Any]]:
    for page in resolved.pages:
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
    """The schema of one answer, with what a person would read beside it."""
    said: dict[str, Any] = {"title": str(field.label), **field.json_schema(), "x-kini-type": field.type}
    if field.hint:
        said["description"] = str(field.hint)
    if field.profile:
        said["x-kini-profile"] = field.profile
    if field.is_sealed():
        said["x-kini-sealed"] = True
    if options := getattr(field, "options", None):
        said["x-kini-options"] = {value: str(label) for value, label in options.items()}
    return said


def _required(page: ResolvedPage) -> list[str]:
    """What must be answered whenever the page is asked; what a profile may know already need not be."""
    if page.repeat:
        return [page.repeat.name] if page.repeat.min else []
    return [name for name, field in page.fields.items() if not (field.optional or field.profile or field.when)]


def _rules(page: ResolvedPage, known: frozenset[str]) -> Iterator[dict[str, Any]]:
    """What is asked only under a condition: required where it holds, not to be given where it does not.

    Where the condition looks at what a profile may know (`known`), only the city can tell, so nothing is said.
    """
    if page.when and not page.when.names & known:
        yield _rule(page.when, page.names, _required(page))
    for name, field in page.fields.items():
        if field.when and not page.repeat and not field.when.names & known:
            yield _rule(field.when, [name], [] if field.optional or field.profile else [name])


def _rule(when: When, names: list[str], required: list[str]) -> dict[str, Any]:
    without = {"properties": dict.fromkeys(names, False)}
    return {"if": condition(when.root), "then": {"required": required}, "else": without}


def condition(when: dict[str, Any]) -> dict[str, Any]:
    """A condition on other answers as JSON Schema."""
    parts = [_condition(key, wanted) for key, wanted in when.items()]
    return parts[0] if len(parts) == 1 else {"allOf": parts}


def _condition(key: str, wanted: Any) -> dict[str, Any]:
    match key:
        case "any":
            return {"anyOf": [condition(part) for part in wanted]}
        case "all":
            return {"allOf": [condition(part) for part in wanted]}
        case "not":
            return {"not": condition(wanted)}
    values = {"enum": wanted if isinstance(wanted, list) else [wanted]}
    fits = {"anyOf": [values, {"type": "array", "contains": values}]}
    return {"properties": {key: fits}, "required": [key]}


def _page(page: ResolvedPage) -> dict[str, Any]:
    hint = {"hint": str(page.hint)} if page.hint else {}
    return {"key": page.key, "heading": str(page.heading), "asks": page.names, **hint}
