"""Transactions: resources of one record by role, with references between them, and the bundle that stores them.

A reference to another role stands as "role:encounter" until the bundle is built: then it is the number that SATUSEHAT
gave, or the entry of the same bundle. One bundle is stored as a whole or not at all, so that a lost answer leaves one
question: whether the record is there.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

type Resource = dict[str, Any]
type Resources = dict[str, Resource]

ROLE = "role:"


def to_role(role: str) -> dict[str, str]:
    """Return a reference to another resource of the record."""
    return {"reference": ROLE + role}


def digest_of(resources: Resources) -> str:
    """SHA-256 of the content, in hexadecimal; the same for the same content."""
    return hashlib.sha256(json.dumps(resources, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def bundle_of(resources: Resources, known: Mapping[str, str], record: UUID) -> Resource:
    """Build the transaction that brings SATUSEHAT's side into step.

    Known resources are replaced (PUT); others are created unless one with the same identifier exists (If-None-Exist).

    Args:
        known: references ("Immunization/ID") by role, of resources that SATUSEHAT has.
        record: uuid of the dose; the uuids of the entries follow from it and the role.
    """
    targets = {role: known.get(role) or f"urn:uuid:{uuid5(record, role)}" for role in resources} | dict(known)
    entries = []
    for role, resource in resources.items():
        sent = _resolved(resource, targets.__getitem__)
        entry: Resource = {"fullUrl": f"urn:uuid:{uuid5(record, role)}", "resource": sent}
        if reference := known.get(role):
            sent["id"] = reference.split("/")[1]
            entry["request"] = {"method": "PUT", "url": reference}
        else:
            kind = resource["resourceType"]
            entry["request"] = {"method": "POST", "url": kind, "ifNoneExist": identifier_search(resource)}
        entries.append(entry)
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def identifier_search(resource: Resource) -> str:
    """Search parameters that find a resource by its own identifier."""
    identifier = own_identifier(resource)
    return f"identifier={quote(identifier['system'], safe='')}%7C{quote(identifier['value'], safe='')}"


def own_identifier(resource: Resource) -> dict[str, str]:
    """Identifier that Kini gave a resource: the first; a QuestionnaireResponse has only one."""
    identifier: Any = resource["identifier"]
    first: dict[str, str] = identifier[0] if isinstance(identifier, list) else identifier
    return first


def _resolved(value: Any, target: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _resolved(each, target) for key, each in value.items()}
    if isinstance(value, list):
        return [_resolved(each, target) for each in value]
    if isinstance(value, str) and value.startswith(ROLE):
        return target(value.removeprefix(ROLE))
    return value
