"""The API's contract: its description as it was last agreed, and what of a new one would break programs.

.venv/bin/python -m tests.api.contract     writes it again
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KEPT = Path(__file__).with_name("openapi.json")


def kept() -> dict[str, Any]:
    """The description as it was last agreed."""
    stored: dict[str, Any] = json.loads(KEPT.read_text("utf-8"))
    return stored


def written(description: Any) -> str:
    return json.dumps(description, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def breaking(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Changes in the new document that break clients of the old one."""
    return [*_operations(old, new), *_schemas(old, new)]


def _operations(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for path, methods in old["paths"].items():
        for method, before in methods.items():
            after = new["paths"].get(path, {}).get(method)
            if after is None:
                yield f"{method.upper()} {path} is gone"
            else:
                yield from (f"{method.upper()} {path}: {fault}" for fault in _operation(before, after))


def _operation(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    known = {(each["in"], each["name"]): each for each in before["parameters"]}
    now = {(each["in"], each["name"]): each for each in after["parameters"]}
    yield from (f"the parameter {name} is gone" for _where, name in known.keys() - now.keys())
    for key, parameter in now.items():
        if parameter["required"] and not known.get(key, {}).get("required"):
            yield f"the parameter {key[1]} is needed now"
    if after.get("security", []) != before.get("security", []):
        yield "it asks for other scopes"
    yield from (f"it no longer answers {each}" for each in before["responses"].keys() - after["responses"].keys())


def _schemas(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    now = new["components"]["schemas"]
    sent = _named(new, "requestBody")
    for name, before in old["components"]["schemas"].items():
        after = now.get(name)
        if after is None:
            yield f"{name} is gone"
            continue
        had, has = before.get("properties", {}), after.get("properties", {})
        yield from (f"{name}.{member} is gone" for member in had.keys() - has.keys())
        changed = (member for member in had.keys() & has.keys() if _shape(had[member]) != _shape(has[member]))
        yield from (f"{name}.{member} has another shape" for member in changed)
        if name in sent:
            needed = set(after.get("required", ())) - set(before.get("required", ()))
            yield from (f"{name}.{member} is needed now" for member in needed)


def _shape(schema: Any) -> Any:
    """A schema without the words for people."""
    if isinstance(schema, dict):
        return {key: _shape(value) for key, value in schema.items() if key not in ("description", "title")}
    return [_shape(each) for each in schema] if isinstance(schema, list) else schema


def _named(description: dict[str, Any], part: str) -> set[str]:
    """Names of the schemas that this part of operations refers to."""
    text = json.dumps([op.get(part) for methods in description["paths"].values() for op in methods.values()])
    return {name for name in description["components"]["schemas"] if f'/schemas/{name}"' in text}


if __name__ == "__main__":
    os.environ.setdefault("KINI_ENV", "local")
    os.environ["DJANGO_SETTINGS_MODULE"] = "kini.settings"
    import django

    django.setup()
    from kini.api.application import openapi_document

    KEPT.write_text(written(openapi_document()), "utf-8")
