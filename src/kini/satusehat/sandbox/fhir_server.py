"""FHIR interactions of the sandbox: create, read, update, patch, search. Each is a transaction of the store."""

import re
import secrets
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from kini.satusehat.sandbox import json_patch, structure
from kini.satusehat.sandbox.clients import OPERATIONS_PORTAL, Client, require_scope
from kini.satusehat.sandbox.events import event_key
from kini.satusehat.sandbox.outcomes import Issue, Refused
from kini.satusehat.sandbox.rule_table import REQUEST, request_rule, rules
from kini.satusehat.sandbox.sandbox_options import Options
from kini.satusehat.sandbox.search_parameters import (
    DEFAULT_COUNT,
    IHS_NUMBER,
    MOST_COUNT,
    NIK,
    PARAMETERS,
    criteria_of,
    index_entries,
)
from kini.satusehat.sandbox.store import EVENT, Entry, Store, Stored
from kini.satusehat.sandbox.validation import Context, check, find

#: Types with an index of the Ministry's: their numbers are not UUIDs.
MASTER_TYPES = ("Patient", "Practitioner")
TYPES = frozenset({*rules(), *PARAMETERS, *MASTER_TYPES, "CareTeam", "Device", "Media"} - {REQUEST})
#: Systems of numbers that are masked in answers.
MASKED = (
    NIK,
    "https://fhir.kemkes.go.id/id/nik-ibu",
    "https://fhir.kemkes.go.id/id/paspor",
    "https://fhir.kemkes.go.id/id/kk",
)
#: What the Ministry's staff may change of a patient.
CORRECTABLE = frozenset({"name", "birthDate", "gender", "address", "deceasedBoolean"})
#: Element that names the organization of a resource.
OWNERS: Mapping[str, str] = {
    "Encounter": "serviceProvider",
    "Location": "managingOrganization",
    "Organization": "partOf",
    "EpisodeOfCare": "managingOrganization",
}
_REFERENCE = re.compile(r"(?:https?://\S+/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.\-]{1,64})(?:/_history/\S+)?")


@dataclass(slots=True)
class Fhir:
    """FHIR server on a store."""

    store: Store
    options: Options = field(default_factory=Options)

    def create(
        self,
        client: Client,
        resource: dict[str, Any],
        if_none_exist: str = "",
        *,
        identity: str = "",
        expected: Collection[str] = (),
    ) -> tuple[Stored, bool]:
        """Create a resource; returns it, and whether it is new (a conditional create may find one).

        Args:
            identity: id that was given to it before, and to no other.
            expected: references to resources that the same transaction will store.

        Raises:
            Refused: by a rule, as a duplicate, or when several match the condition.
        """
        kind = self._require_type(resource.get("resourceType"))
        require_scope(client, kind, writes=True)
        with self.store.transaction():
            if if_none_exist and (match := self.match(kind, if_none_exist)):
                return match, False
            self._require_valid(client, resource, expected)
            key = event_key(resource)
            if key and self.options.refuse_duplicates and self.store.by_key(kind, key):
                words = f"Found duplicate resource: {kind}"
                raise Refused(400, Issue(request_rule("duplicate"), words, kind, "duplicate"))
            new = resource | {"id": identity or self.new_id(kind)}
            return self._put(new, client.organization, is_new=True), True

    def update(
        self,
        client: Client,
        kind: str,
        identity: str,
        resource: dict[str, Any],
        if_match: str = "",
        *,
        expected: Collection[str] = (),
    ) -> Stored:
        """Replace a resource.

        Raises:
            Refused: it is not there, of another organization, changed since, or against a rule.
        """
        require_scope(client, self._require_type(kind), writes=True)
        if resource.get("resourceType") != kind or resource.get("id") != identity:
            words = "resourceType and id must be those of the address"
            raise Refused(400, Issue(request_rule("structure"), words, f"{kind}.id", "structure"))
        if kind == "Patient":
            raise Refused(
                403, Issue(request_rule("patient-edit"), "Organization may not edit patients", kind, "forbidden")
            )
        with self.store.transaction():
            stored = self._own(client, kind, identity, if_match)
            self._require_valid(client, resource, expected)
            return self._put(resource, stored.organization)

    def patch(
        self, client: Client, kind: str, identity: str, operations: Sequence[Mapping[str, Any]], if_match: str = ""
    ) -> Stored:
        """Change elements of a resource by a JSON Patch.

        Raises:
            Refused: as `update`, or for an operation that cannot be done.
        """
        require_scope(client, self._require_type(kind), writes=True)
        with self.store.transaction():
            stored = self._own(client, kind, identity, if_match)
            if kind == "Patient":
                _require_correctable(client, operations)
            try:
                resource = json_patch.apply(stored.resource(), operations)
            except (LookupError, ValueError, TypeError, AttributeError) as error:
                raise Refused(400, Issue(0, f"Patch cannot be applied: {error}", kind, "invalid")) from None
            if resource.get("id") != identity or resource.get("resourceType") != kind:
                raise Refused(400, Issue(request_rule("structure"), "id cannot be changed", f"{kind}.id", "structure"))
            if kind != "Patient":
                self._require_valid(client, resource, ())
            return self._put(resource, stored.organization)

    def read(self, client: Client, kind: str, identity: str) -> Stored:
        """Resource by its id.

        Raises:
            Refused: it is not there.
        """
        require_scope(client, self._require_type(kind), writes=False)
        with self.store.transaction():
            return self._require(kind, identity)

    def read_version(self, client: Client, kind: str, identity: str, version: str) -> str:
        """JSON text of a version."""
        require_scope(client, self._require_type(kind), writes=False)
        with self.store.transaction():
            content = self.store.version(kind, identity, version)
        if content is None:
            raise _not_found(kind, f"{identity}/_history/{version}")
        return content

    def search(
        self, client: Client, kind: str, query: Mapping[str, Sequence[str]]
    ) -> tuple[list[Stored], int, int | None]:
        """Page of a search, as `Store.search`."""
        require_scope(client, self._require_type(kind), writes=False)
        try:
            count = min(int(query.get("_count", [str(DEFAULT_COUNT)])[0]), MOST_COUNT)
            after = int(query.get("_after", ["0"])[0])
        except ValueError:
            raise Refused(400, Issue(0, "_count must be a number", kind, "invalid")) from None
        with self.store.transaction():
            return self.store.search(kind, criteria_of(kind, query), count=max(count, 0), after=after)

    def add(self, resource: dict[str, Any], organization: str = "") -> Stored:
        """Store a resource of the Ministry's, without rules, under its own id or a new one."""
        kind = resource["resourceType"]
        with self.store.transaction():
            return self._put({"id": self.new_id(kind), **resource}, organization)

    def organizations_of(self, client: Client) -> frozenset[str]:
        """Identifiers of the client's organization and of those below it."""
        return self.store.organizations_below(client.organization)

    def _put(self, resource: dict[str, Any], organization: str, *, is_new: bool = False) -> Stored:
        kind = resource["resourceType"]
        previous = None if is_new else self.store.get(kind, resource["id"])
        entries, removed = _entries(resource), _entries(previous.resource()) if previous else set()
        if kind == "Patient":
            resource = _masked(resource)
            if previous:  # its numbers are masked in both, and stay in the index
                entries = {entry for entry in entries if entry[0] != EVENT}
                removed = {entry for entry in removed if entry[0] != EVENT}
        return self.store.put(resource, organization, entries, removed, is_new=is_new)

    def _require_valid(self, client: Client, resource: dict[str, Any], expected: Collection[str]) -> None:
        organizations = self.organizations_of(client)
        owners = find(resource, (OWNERS.get(resource["resourceType"], ""), "reference"))
        kind, _, owner = str(next(iter(owners), "")).rpartition("/")
        if kind == "Organization" and owner not in organizations:
            raise _business_rule(resource["resourceType"])
        now = datetime.now(UTC)
        context = Context(organizations, now, self.options.earliest_on(now.date()))
        issues = check(resource, context) if self.options.check_rules else []
        ruled = {issue.expression for issue in issues}
        issues += [
            issue
            for issue in structure.check(resource)
            if issue.expression not in ruled or not issue.text.endswith(structure.MISSING)
        ]
        issues += [
            Issue(request_rule("not-found"), f"Resource not found {kind}/{identity}", path, "not-found")
            for path, kind, identity in references(resource)
            if f"{kind}/{identity}" not in expected and not self.store.exists(kind, identity)
        ]
        if issues:
            raise Refused(400, *issues)

    def match(self, kind: str, condition: str) -> Stored | None:
        """Resource that matches the condition of a conditional create.

        Raises:
            Refused: several do.
        """
        rows, _, _ = self.store.search(kind, criteria_of(kind, parse_qs(condition.removeprefix("?"))), count=2)
        if len(rows) > 1:
            raise Refused(412, Issue(0, "Several resources match the condition", kind, "multiple-matches"))
        return rows[0] if rows else None

    def _own(self, client: Client, kind: str, identity: str, if_match: str) -> Stored:
        """Resource that the client may change."""
        stored = self._require(kind, identity)
        if stored.organization and stored.organization not in self.organizations_of(client):
            raise _business_rule(kind)
        if if_match and if_match not in (stored.etag, "*"):
            raise Refused(412, Issue(0, f"The newest version is {stored.version}", kind, "conflict"))
        return stored

    def _require(self, kind: str, identity: str) -> Stored:
        stored = self.store.get(kind, identity)
        if stored is None:
            raise _not_found(kind, identity)
        return stored

    def _require_type(self, kind: Any) -> str:
        if kind not in TYPES:
            words = f"{kind} is not a type of this server"
            raise Refused(400, Issue(request_rule("structure"), words, "resourceType", "not-supported"))
        return str(kind)

    def new_id(self, kind: str) -> str:
        """Id for a new resource."""
        if kind not in MASTER_TYPES:
            return str(uuid.uuid4())
        while self.store.exists(kind, number := f"{'PN'[kind != 'Patient']}{secrets.randbelow(10**11):011}"):
            pass
        return number


def references(resource: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """References to resources of this server: path, type, id."""
    waiting: list[tuple[str, Any]] = [(str(resource.get("resourceType")), resource)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, list):
            waiting += ((path, each) for each in node)
        elif isinstance(node, dict):
            for name, value in node.items():
                if name == "reference" and isinstance(value, str) and (match := _REFERENCE.fullmatch(value)):
                    yield path, match[1], match[2]
                elif isinstance(value, dict | list):
                    waiting.append((f"{path}.{name}", value))


def _entries(resource: Mapping[str, Any]) -> set[Entry]:
    """Entries of a resource in the index."""
    return {*index_entries(resource), (EVENT, event_key(resource) or resource["id"])}


def _masked(resource: dict[str, Any]) -> dict[str, Any]:
    """Patient with masked numbers, and with its IHS number."""
    identifiers = [
        each | {"value": "#" * len(str(each.get("value", "")))} if each.get("system") in MASKED else each
        for each in resource.get("identifier", ())
        if each.get("system") != IHS_NUMBER
    ]
    own = {"use": "official", "system": IHS_NUMBER, "value": resource["id"]}
    return resource | {"identifier": [own, *identifiers]}


def _require_correctable(client: Client, operations: Sequence[Mapping[str, Any]]) -> None:
    if client.access_class == OPERATIONS_PORTAL:
        changed = {str(each.get("path", "")).strip("/").split("/")[0] for each in operations}
        if closed := changed - CORRECTABLE:
            words = f"Only {', '.join(sorted(CORRECTABLE))} can be changed; leave out {', '.join(sorted(closed))}"
            raise Refused(403, Issue(request_rule("operations-portal"), words, "Patient", "forbidden"))
    elif any(each.get("op") != "replace" for each in operations):
        raise Refused(400, Issue(0, "Patients are patched by replace only", "Patient", "not-supported"))


def _business_rule(kind: str) -> Refused:
    return Refused(403, Issue(0, "resource cannot be accessed due to business rule", kind, "business-rule"))


def _not_found(kind: str, identity: str) -> Refused:
    return Refused(404, Issue(request_rule("not-found"), f"Resource not found {kind}/{identity}", kind, "not-found"))
