"""JSON Patch (RFC 6902): add, replace, remove and test."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any


def apply(document: dict[str, Any], operations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Changed copy of a document.

    Raises:
        LookupError: a path is not there.
        ValueError: an operation is unknown, or a test fails.
    """
    changed = copy.deepcopy(document)
    for operation in operations:
        _apply(changed, operation)
    return changed


def _apply(document: dict[str, Any], operation: Mapping[str, Any]) -> None:
    *parents, name = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
    node: Any = document
    for parent in parents:
        node = node[int(parent)] if isinstance(node, list) else node[parent]
    key: Any = name
    if isinstance(node, list):
        key = len(node) if name == "-" else int(name)
    match operation["op"]:
        case "add" if isinstance(node, list):
            node.insert(key, operation["value"])
        case "add":
            node[key] = operation["value"]
        case "replace":
            node[key]  # noqa: B018 -- it must be there
            node[key] = operation["value"]
        case "remove":
            del node[key]
        case "test":
            if node[key] != operation["value"]:
                raise ValueError(f"{operation['path']} has another value")
        case other:
            raise ValueError(f"operation {other} is unknown")
