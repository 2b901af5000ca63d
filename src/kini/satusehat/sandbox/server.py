"""HTTP server of the sandbox: token endpoint, FHIR, KFA, the index of facilities, and `/sandbox/` to control it.

Control, on loopback as everything here and without a token: `POST /sandbox/faults` (`misbehaviour.Faults`; `{}` ends
them), `POST /sandbox/options` (`sandbox_options.Options`), `POST /sandbox/patients`, `POST /sandbox/resources` (lists),
`POST /sandbox/clients` (`{"organization": ...}`), `GET /sandbox/counts`, `POST /sandbox/clear`.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kini.core.sandboxes import SandboxHandler, bind_sandbox
from kini.satusehat.sandbox import bundles, master_data, people
from kini.satusehat.sandbox.clients import Client, Clients, Unauthorized
from kini.satusehat.sandbox.fhir_server import Fhir
from kini.satusehat.sandbox.misbehaviour import Faults, Misbehaviour, Misfortune
from kini.satusehat.sandbox.outcomes import Issue, Refused, operation_outcome
from kini.satusehat.sandbox.rule_table import request_rule
from kini.satusehat.sandbox.sandbox_options import Options
from kini.satusehat.sandbox.store import Store, Stored

TOKEN = "/oauth2/v1/accesstoken"  # noqa: S105
BASE = "/fhir-r4/v1"
FACILITIES = "/masterdata/v1/mastersaranaindex/mastersarana"

type Query = Mapping[str, Sequence[str]]


@dataclass
class Sandbox:
    """A sandbox of SATUSEHAT.

    Attributes:
        products: of KFA.
        requests: how many were received, by method and status.
    """

    store: Store = field(default_factory=Store)
    products: Sequence[Mapping[str, Any]] = ()
    misbehaviour: Misbehaviour = field(default_factory=Misbehaviour)
    requests: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.clients = Clients(self.store)
        self.fhir = Fhir(self.store, Options())

    def counts(self) -> dict[str, Any]:
        """Resources by type, how many events they tell, and how many are told again."""
        with self.store.transaction():
            counts = self.store.counts()
        return {
            "resources": {kind: total for kind, (total, _) in counts.items()},
            "events": {kind: events for kind, (_, events) in counts.items()},
            "duplicates": {kind: total - events for kind, (total, events) in counts.items() if total > events},
            "requests": dict(self.requests),
            "faults": dict(self.misbehaviour.drawn),
        }


class Handler(SandboxHandler):
    """Requests to one sandbox (`server` binds it)."""

    sandbox: Sandbox
    wbufsize = -1  # head and body of an answer in one packet
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.handle_request(self.get)

    def do_POST(self) -> None:
        self.handle_request(self.post)

    def do_PUT(self) -> None:
        self.handle_request(self.put)

    def do_PATCH(self) -> None:
        self.handle_request(self.patch)

    def handle_request(self, action: Callable[[], None]) -> None:
        """Answer a request, with the misfortune that is drawn for it."""
        self.content = self.body()
        address = urlsplit(self.path)
        self.parts, self.query = address.path, parse_qs(address.query)
        if self.parts.startswith("/sandbox/"):
            return self.answer_errors(self.control)
        misfortune = self.sandbox.misbehaviour.draw(self.command, self.parts)
        if misfortune.delay:
            time.sleep(misfortune.delay)
        match misfortune.kind:
            case "drop":
                return self.hang_up()
            case "fail":
                return self.fail(misfortune)
            case "revoke":
                with self.sandbox.store.transaction():
                    self.sandbox.store.revoke_tokens()
            case "twice":
                self.muted = True
                self.answer_errors(action)
                self.muted = False
            case "lose":
                self.muted = True
                self.answer_errors(action)
                self.muted = False
                return self.hang_up()
        self.answer_errors(action)

    muted = False

    def answer(
        self, status: int, body: str | bytes, content_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send an answer, unless it is lost."""
        if self.muted:
            return
        self.sandbox.requests[f"{self.command} {status}"] += 1
        super().answer(status, body, content_type, headers)

    def hang_up(self) -> None:
        """End the connection without an answer."""
        self.sandbox.requests[f"{self.command} hung up"] += 1
        self.close_connection = True

    def fail(self, misfortune: Misfortune) -> None:
        headers = {}
        if misfortune.status in (429, 503):
            headers["Retry-After"] = str(self.sandbox.misbehaviour.faults.retry_after)
        self.answer(misfortune.status, "Upstream is not available", "text/plain", headers)

    def answer_errors(self, action: Callable[[], None]) -> None:
        """Do the action; answer its errors."""
        try:
            action()
        except Refused as refused:
            self.json(refused.status, operation_outcome(refused.issues))
        except Unauthorized as error:
            code = "access_token_expired" if "expired" in str(error) else "invalid_access_token"
            detail = {"errorcode": f"keymanagement.service.{code}"}
            self.json(401, {"fault": {"faultstring": str(error), "detail": detail}})

    @property
    def base(self) -> str:
        return f"http://{self.headers.get('Host', '127.0.0.1')}{BASE}"

    def get(self) -> None:
        client = self.authenticated()
        match self.parts:
            case "/kfa-v2/products/all":
                return self.json(200, master_data.kfa_products(self.sandbox.products, self.query))
            case "/kfa-v2/products":
                return self.json(200, master_data.kfa_product(self.sandbox.products, self.query))
            case path if path == FACILITIES:
                return self.json(*master_data.facilities(self.sandbox.store, self.query))
        match self.fhir_path():
            case ["metadata"]:
                return self.json(200, self.capability())
            case [kind]:
                page = self.sandbox.fhir.search(client, kind, self.query)
                return self.answer(200, bundles.searchset(self.base, kind, self.query, page), "application/json")
            case [kind, _, "$everything"]:
                words = f"$everything is not done for {kind}"
                raise Refused(400, Issue(request_rule("everything"), words, kind, "not-supported"))
            case [kind, identity]:
                return self.stored(200, self.sandbox.fhir.read(client, kind, identity))
            case [kind, identity, "_history", version]:
                content = self.sandbox.fhir.read_version(client, kind, identity, version)
                return self.answer(200, content, "application/json")
        raise self.unknown()

    def post(self) -> None:
        if self.parts == TOKEN:
            form = {name: values[0] for name, values in parse_qs(self.content.decode("utf-8", "replace")).items()}
            query = {name: values[0] for name, values in self.query.items()}
            seconds = self.sandbox.fhir.options.token_seconds
            return self.json(200, self.sandbox.clients.issue_token(query, form, seconds))
        client = self.authenticated()
        match self.fhir_path():
            case [] | ["Bundle"]:
                return self.json(200, bundles.execute(self.sandbox.fhir, client, self.resource()))
            case [kind, "_search"]:
                wanted = parse_qs(self.content.decode("utf-8", "replace"))
                page = self.sandbox.fhir.search(client, kind, wanted)
                return self.answer(200, bundles.searchset(self.base, kind, wanted, page), "application/json")
            case [kind]:
                resource = self.resource()
                if resource.get("resourceType") != kind:
                    words = f"The resource of this address is {kind}"
                    raise Refused(400, Issue(request_rule("structure"), words, "resourceType", "structure"))
                stored, new = self.sandbox.fhir.create(client, resource, self.headers.get("If-None-Exist", ""))
                return self.stored(201 if new else 200, stored)
        raise self.unknown()

    def put(self) -> None:
        client = self.authenticated()
        match self.fhir_path():
            case [kind, identity]:
                if_match = self.headers.get("If-Match", "")
                return self.stored(200, self.sandbox.fhir.update(client, kind, identity, self.resource(), if_match))
        raise self.unknown()

    def patch(self) -> None:
        client = self.authenticated()
        match self.fhir_path():
            case [kind, identity]:
                operations = self.loaded()
                if not isinstance(operations, list) or not all(isinstance(each, dict) for each in operations):
                    raise Refused(400, Issue(request_rule("structure"), "A JSON Patch is a list", kind, "structure"))
                if_match = self.headers.get("If-Match", "")
                return self.stored(200, self.sandbox.fhir.patch(client, kind, identity, operations, if_match))
        raise self.unknown()

    def control(self) -> None:
        """Control the sandbox."""
        match self.command, self.parts.removeprefix("/sandbox/"):
            case "GET", "counts":
                return self.json(200, self.sandbox.counts())
            case "POST", name if action := getattr(self, f"control_{name}", None):
                try:
                    return self.json(200, action(self.loaded()))
                except (ValueError, TypeError, KeyError, AttributeError) as error:
                    return self.json(400, {"error": str(error)})
        self.json(404, {"error": f"{self.command} {self.parts} is unknown"})

    def control_faults(self, values: Any) -> dict[str, Any]:
        self.sandbox.misbehaviour.change(Faults.of(values))
        return asdict(self.sandbox.misbehaviour.faults)

    def control_options(self, values: Any) -> dict[str, Any]:
        options = self.sandbox.fhir.options
        options.change(values)
        return asdict(options) | {"earliest": options.earliest.isoformat() if options.earliest else None}

    def control_patients(self, values: Any) -> dict[str, Any]:
        return self.control_resources([people.patient(**each) for each in values])

    def control_resources(self, values: Any) -> dict[str, Any]:
        with self.sandbox.store.transaction():
            return {"ids": [self.sandbox.fhir.add(each).id for each in values]}

    def control_clients(self, values: Any) -> dict[str, Any]:
        return asdict(self.sandbox.clients.ensure(**values))

    def control_clear(self, _: Any) -> dict[str, Any]:
        with self.sandbox.store.transaction():
            self.sandbox.store.clear()
        self.sandbox.requests.clear()
        self.sandbox.misbehaviour.drawn.clear()
        return {}

    def authenticated(self) -> Client:
        return self.sandbox.clients.authenticate(self.headers.get("Authorization", ""))

    def fhir_path(self) -> list[str]:
        """Parts of the path below the FHIR base."""
        if not self.parts.startswith(BASE):
            raise self.unknown()
        return [part for part in self.parts.removeprefix(BASE).split("/") if part]

    def loaded(self) -> Any:
        """JSON content of the request.

        Raises:
            Refused: it is no JSON.
        """
        try:
            text = self.content.decode()
        except UnicodeDecodeError:
            raise Refused(
                400, Issue(request_rule("unreadable"), "The payload cannot be read", code="invalid")
            ) from None
        try:
            return json.loads(text or "{}")
        except ValueError:
            raise Refused(400, Issue(request_rule("not-json"), "The payload is no JSON", code="invalid")) from None

    def resource(self) -> dict[str, Any]:
        loaded = self.loaded()
        if not isinstance(loaded, dict):
            raise Refused(400, Issue(request_rule("structure"), "A resource is an object", code="structure"))
        return loaded

    def stored(self, status: int, stored: Stored) -> None:
        """Answer with a resource."""
        headers = {"ETag": stored.etag}
        if status == 201:
            headers["Location"] = f"{self.base}/{stored.type}/{stored.id}/_history/{stored.version}"
        self.answer(status, stored.content, "application/json", headers)

    def unknown(self) -> Refused:
        return Refused(404, Issue(request_rule("not-found"), f"{self.parts} is unknown", code="not-found"))

    def capability(self) -> dict[str, Any]:
        """Capability statement, as far as a client needs one."""
        return {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": "2026-01-01",
            "kind": "instance",
            "fhirVersion": "4.0.1",
            "format": ["json"],
            "implementation": {"description": "Sandbox of SATUSEHAT", "url": self.base},
            "rest": [{"mode": "server", "interaction": [{"code": "transaction"}, {"code": "batch"}]}],
        }


def server(sandbox: Sandbox, port: int = 0) -> ThreadingHTTPServer:
    """Server on loopback, to be run with `serve_forever`; port 0 takes a free one."""
    return bind_sandbox(Handler, sandbox, port)


def configure(folder: Path, client: Client, port: int, **options: str) -> Path:
    """Write the file for KINI_SATUSEHAT, for a sandbox on that loopback port; `options` are the adapter's."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "satusehat.toml"
    path.touch(mode=0o600)
    words = {
        "adapter": "satusehat",
        "address": f"http://127.0.0.1:{port}",
        "organization": client.organization,
        "client_id": client.id,
        "client_secret": client.secret,
        **options,
    }
    path.write_text("\n".join(["[satusehat]", *(f'{name} = "{value}"' for name, value in words.items()), ""]), "utf-8")
    return path
