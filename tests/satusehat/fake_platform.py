"""FHIR server in memory behind httpx.MockTransport: token, search by identifier, create, update, transaction; KFA."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import httpx


@dataclass
class FakePlatform:
    """Resources by reference. `faults`: one for each coming request; "lost": accepted, but the answer is lost."""

    stored: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    #: Products of KFA: name by code.
    products: dict[str, str] = field(default_factory=dict)
    #: Numbers of patients, which answers mask.
    niks: dict[str, str] = field(default_factory=dict)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in self.stored.values() if each["resourceType"] == kind]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("accesstoken"):
            return httpx.Response(200, json={"access_token": "T", "expires_in": "3600"})
        fault = self.faults.pop(0) if self.faults else ""
        self.asked.append(f"{request.method} {request.url.path.removeprefix('/fhir-r4/v1')}")
        if fault.isdigit():
            return httpx.Response(int(fault), json={"issue": [{"code": "value"}]})
        if fault == "down":
            raise httpx.ConnectError("down")
        response = self._answer(request)
        if fault == "lost":
            raise httpx.ReadTimeout("lost")
        return response

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/fhir-r4/v1").strip("/")
        content = json.loads(request.content) if request.content else {}
        if path.startswith("kfa-v2"):
            return self._product(path, dict(request.url.params))
        if request.method == "GET" and "/" in path:
            return httpx.Response(200, json=self.stored[path])
        if request.method == "GET":
            matches = self._search(path, dict(request.url.params))
            return httpx.Response(
                200, json={"resourceType": "Bundle", "entry": [{"resource": each} for each in matches]}
            )
        if not path:
            return httpx.Response(200, json=self._transaction(content))
        condition = request.headers.get("If-None-Exist", "")
        return httpx.Response(201, json=self.stored[self._create(content, condition)])

    def _product(self, path: str, asked: dict[str, str]) -> httpx.Response:
        rows = [{"kfa_code": code, "name": name, "active": True} for code, name in self.products.items()]
        if path.endswith("/all"):
            words = asked["keyword"].casefold()
            return httpx.Response(
                200, json={"items": {"data": [each for each in rows if words in each["name"].casefold()]}}
            )
        match = next((each for each in rows if each["kfa_code"] == asked["code"]), None)
        return httpx.Response(200, json={"result": match}) if match else httpx.Response(404, json={})

    def _search(self, kind: str, wanted: dict[str, str]) -> list[dict[str, Any]]:
        return [each for each in self.of(kind) if all(self._has(each, *pair) for pair in wanted.items())]

    def _has(self, resource: dict[str, Any], name: str, value: str) -> bool:
        if name == "identifier":
            own = resource.get("identifier") or []
            numbers = {f"{each['system']}|{each['value']}" for each in (own if isinstance(own, list) else [own])}
            nik = self.niks.get(resource["id"])
            return value in numbers | ({f"https://fhir.kemkes.go.id/id/nik|{nik}"} if nik else set())
        if name == "patient":
            return bool(resource["patient"]["reference"].split("/")[-1] == value.split("/")[-1])
        if name == "name":
            return any(value.lower() in each["text"].lower() for each in resource["name"])
        return bool(resource.get({"birthdate": "birthDate"}.get(name, name)) == value)

    def _create(self, resource: dict[str, Any], condition: str) -> str:
        kind = resource["resourceType"]
        if condition and (same := self._search(kind, {key: each[0] for key, each in parse_qs(condition).items()})):
            return f"{kind}/{same[0]['id']}"
        number = f"P{len(self.stored):011}" if kind == "Patient" else str(uuid4())
        self.stored[f"{kind}/{number}"] = resource | {"id": number}
        return f"{kind}/{number}"

    def _transaction(self, bundle: dict[str, Any]) -> dict[str, Any]:
        numbers, references = {}, []
        for entry in bundle["entry"]:
            asked = entry["request"]
            if asked["method"] == "PUT":
                reference = asked["url"]
                self.stored[reference] = entry["resource"]
            else:
                reference = self._create(entry["resource"], asked.get("ifNoneExist", ""))
            numbers[entry["fullUrl"]] = reference
            references.append(reference)
        for reference in references:
            text = re.sub(
                r"urn:uuid:[0-9a-f-]{36}", lambda match: numbers[match[0]], json.dumps(self.stored[reference])
            )
            self.stored[reference] = json.loads(text)
        entries = [{"response": {"status": "201", "location": f"{each}/_history/1"}} for each in references]
        return {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}
