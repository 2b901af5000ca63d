"""Bundles: transactions and batches of requests, and the results of searches."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode

from kini.satusehat.sandbox.clients import Client
from kini.satusehat.sandbox.fhir_server import Fhir
from kini.satusehat.sandbox.outcomes import Issue, Refused, operation_outcome
from kini.satusehat.sandbox.rule_table import request_rule
from kini.satusehat.sandbox.search_parameters import criteria_of
from kini.satusehat.sandbox.store import Stored
from kini.satusehat.sandbox.structure import is_known

MOST_ENTRIES = 500


def execute(fhir: Fhir, client: Client, bundle: Mapping[str, Any]) -> dict[str, Any]:
    """Execute a bundle: a transaction all or nothing, a batch entry by entry.

    Raises:
        Refused: the transaction, with the issues of the entry that failed and of those after it.
    """
    entries, kind = bundle.get("entry"), bundle.get("type")
    whole = isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)
    if kind not in ("transaction", "batch") or not isinstance(entries, list) or not whole:
        raise Refused(400, Issue(request_rule("structure"), "Bundle must be a transaction", "Bundle.type", "structure"))
    if len(entries) > MOST_ENTRIES:
        raise Refused(413, Issue(0, f"A bundle has at most {MOST_ENTRIES} entries", "Bundle.entry", "too-long"))
    if wrong := _full_url_issues(entries):
        raise Refused(400, *wrong)
    responses = _transaction(fhir, client, entries) if kind == "transaction" else _batch(fhir, client, entries)
    return {"resourceType": "Bundle", "type": f"{kind}-response", "entry": responses}


def searchset(
    base: str, kind: str, query: Mapping[str, Sequence[str]], page: tuple[list[Stored], int, int | None]
) -> str:
    """JSON text of a page of results, with links to itself and to the next one."""
    rows, total, after = page
    links = [{"relation": "self", "url": f"{base}/{kind}?{urlencode(query, doseq=True)}"}]
    if after is not None:
        following = {**query, "_after": [str(after)]}
        links.append({"relation": "next", "url": f"{base}/{kind}?{urlencode(following, doseq=True)}"})
    entries = ",".join(
        f'{{"fullUrl":{json.dumps(f"{base}/{row.type}/{row.id}")},"resource":{row.content},"search":{{"mode":"match"}}}}'
        for row in rows
    )
    head = json.dumps({"resourceType": "Bundle", "type": "searchset", "total": total, "link": links})
    return f"{head[:-1]}{f',"entry":[{entries}]' if entries else ''}}}"


def _full_url_issues(entries: Sequence[Any]) -> list[Issue]:
    """Issues of the entries' addresses, by which they refer to each other."""
    issues, seen = list[Issue](), set[str]()
    for entry in entries:
        resource = entry.get("resource", {}) if isinstance(entry, dict) else {}
        kind, url = (
            str(resource.get("resourceType", "entry")),
            entry.get("fullUrl") if isinstance(entry, dict) else None,
        )
        problem = None
        if kind == "Bundle":
            problem = ("nested-bundle", "Bundles cannot be in bundles")
        elif not url:
            if entry.get("request", {}).get("method") == "POST":
                problem = ("full-url-missing", "fullUrl is missing")
        elif not isinstance(url, str) or ":" not in url:
            problem = ("full-url-form", "fullUrl must be urn:uuid: and a UUID")
        elif not url.startswith(("urn:uuid:", "http")):
            problem = ("full-url-scheme", "fullUrl must begin with urn:uuid:")
        elif url.startswith("urn:uuid:") and not _is_uuid(url.removeprefix("urn:uuid:")):
            problem = ("full-url-uuid", "fullUrl has no valid UUID")
        elif url in seen:
            problem = ("full-url-twice", f"fullUrl is used twice: {url}")
        if problem:
            issues.append(Issue(request_rule(problem[0]), problem[1], f"{kind}.fullUrl", "invalid"))
        seen.add(str(url))
    return issues


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.casefold()
    except ValueError:
        return False


def _transaction(fhir: Fhir, client: Client, entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Responses in the order of the entries, which may refer to each other, also in circles."""
    with fhir.store.transaction():
        ids = _Ids()
        for entry in entries:
            ids.assign(fhir, entry)
        responses = list[dict[str, Any]]()
        for number, entry in enumerate(entries):
            try:
                responses.append(_do(fhir, client, entry, ids))
            except Refused as refused:
                raise Refused(refused.status, *refused.issues, *_consequences(entries, number)) from None
        return responses


def _batch(fhir: Fhir, client: Client, entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    responses = []
    for entry in entries:
        try:
            responses.append(_do(fhir, client, entry, _Ids()))
        except Refused as refused:
            outcome = operation_outcome(refused.issues)
            responses.append({"response": {"status": str(refused.status), "outcome": outcome}})
    return responses


class _Ids(dict[str, str]):
    """References by `fullUrl` of the entries; those of new resources are given before any is stored.

    Attributes:
        unmatched: `fullUrl` of entries whose condition no resource meets, nor another entry.
    """

    def __init__(self) -> None:
        super().__init__()
        self.unmatched, self._conditions = set[str](), set[tuple[str, str]]()

    def assign(self, fhir: Fhir, entry: Mapping[str, Any]) -> None:
        """Give an entry its reference: of the resource that it replaces, that matches its condition, or a new one."""
        kind, request = entry.get("resource", {}).get("resourceType"), entry.get("request", {})
        if not is_known(str(kind)) or not isinstance(request, dict):
            return
        if request.get("method") == "PUT":
            self[entry.get("fullUrl", "")] = str(request.get("url")).strip("/")
        elif request.get("method") == "POST":
            condition = request.get("ifNoneExist", "")
            match = fhir.match(str(kind), condition) if condition else None
            self[entry.get("fullUrl", "")] = f"{kind}/{match.id if match else fhir.new_id(str(kind))}"
            if match is None and (str(kind), condition) not in self._conditions:
                self.unmatched.add(entry.get("fullUrl", ""))
            self._conditions.add((str(kind), condition))

    def resolve(self, fhir: Fhir, node: Any) -> Any:
        """Copy of a resource with references to entries and conditional references replaced."""
        if isinstance(node, list):
            return [self.resolve(fhir, each) for each in node]
        if not isinstance(node, dict):
            return node
        return {
            name: self._reference(fhir, value)
            if name == "reference" and isinstance(value, str)
            else self.resolve(fhir, value)
            for name, value in node.items()
        }

    def _reference(self, fhir: Fhir, value: str) -> str:
        if value in self:
            return self[value]
        if value.startswith("urn:uuid:"):
            words = f"{value} is no entry of this bundle"
            raise Refused(400, Issue(request_rule("not-found"), words, "Bundle.entry", "not-found"))
        kind, question, query = value.partition("?")
        if question:
            rows, _, _ = fhir.store.search(kind, criteria_of(kind, parse_qs(query)), count=2)
            if len(rows) != 1:
                words = f"{value} matches {len(rows)} resources"
                raise Refused(412, Issue(request_rule("not-found"), words, "Bundle.entry", "not-found"))
            return f"{kind}/{rows[0].id}"
        return value


def _do(fhir: Fhir, client: Client, entry: Mapping[str, Any], ids: _Ids) -> dict[str, Any]:
    """Do one entry's request; returns its entry of the response."""
    request = entry.get("request")
    if not isinstance(request, dict) or not isinstance(request.get("url"), str):
        words = "request with method and url is missing"
        raise Refused(400, Issue(request_rule("structure"), words, "Bundle.entry.request", "structure"))
    kind, _, identity = request["url"].strip("/").partition("/")
    resource = ids.resolve(fhir, entry.get("resource", {}))
    match request.get("method"):
        case "POST":
            if resource.get("resourceType") != kind:
                words = "request.url must be the type of the resource"
                raise Refused(400, Issue(request_rule("structure"), words, "Bundle.entry.request.url", "structure"))
            own = ids.get(entry.get("fullUrl", ""), "/").split("/")[1]
            condition = "" if entry.get("fullUrl", "") in ids.unmatched else request.get("ifNoneExist", "")
            stored, new = fhir.create(client, resource, condition, identity=own, expected=frozenset(ids.values()))
            status = "201 Created" if new else "200 OK"
        case "PUT":
            if_match, expected = request.get("ifMatch", ""), frozenset(ids.values())
            stored = fhir.update(client, kind, identity, resource, if_match, expected=expected)
            status = "200 OK"
        case "GET" if identity:
            stored, status = fhir.read(client, kind, identity), "200 OK"
        case method:
            words = f"{method} is not done in bundles"
            raise Refused(400, Issue(0, words, "Bundle.entry.request.method", "not-supported"))
    response = {
        "status": status,
        "location": f"{stored.type}/{stored.id}/_history/{stored.version}",
        "etag": stored.etag,
        "lastModified": stored.updated,
    }
    return {"response": response} | ({"resource": stored.resource()} if request["method"] == "GET" else {})


def _consequences(entries: Sequence[dict[str, Any]], failed: int) -> list[Issue]:
    """Issues of the entries after the one that failed."""
    issues, url = [], entries[failed].get("fullUrl", "-")
    for entry in entries[failed + 1 :]:
        resource = entry.get("resource", {})
        refers = url in json.dumps(resource)
        rule = request_rule("refers-to-an-error" if refers else "after-an-error")
        kind = str(resource.get("resourceType"))
        words = f"{'Invalid' if refers else 'Forbidden'} resource {kind} due to previous error"
        issues.append(Issue(rule, words, kind, "processing"))
    return issues
