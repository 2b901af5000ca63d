"""Clients of the sandbox, each of one organization, and their tokens."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kini.satusehat.sandbox.outcomes import Issue, Refused
from kini.satusehat.sandbox.rule_table import request_rule
from kini.satusehat.sandbox.store import Store

#: Types that a class of organizations may not send. The Ministry's own example; the whole list is not published.
CLOSED_TO: Mapping[str, frozenset[str]] = {"laboratory": frozenset({"Encounter"})}
#: Class of the Ministry's own staff, who may correct patients.
OPERATIONS_PORTAL = "operations-portal"


@dataclass(frozen=True, slots=True)
class Client:
    """Client of an organization.

    Attributes:
        access_class: of the organization ("facility", "laboratory", "operations-portal").
        types: resource types that it may use; empty: all.
    """

    id: str
    secret: str
    organization: str
    access_class: str = "facility"
    types: tuple[str, ...] = ()


class Unauthorized(Exception):
    """Token is missing, unknown or expired; the text is the gateway's."""


class Clients:
    """Clients and tokens, kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.transaction():
            rows = store.clients().values()
        self._clients = {row["id"]: Client(**{**row, "types": tuple(row["types"])}) for row in rows}

    def ensure(self, organization: str, **details: Any) -> Client:
        """Client of an organization; made if there is none."""
        existing = next((each for each in self._clients.values() if each.organization == organization), None)
        if existing and not details:
            return existing
        client = Client(
            details.pop("id", None) or secrets.token_urlsafe(24),
            details.pop("secret", None) or secrets.token_urlsafe(32),
            organization,
            **details,
        )
        with self._store.transaction():
            self._store.put_client(client.id, asdict(client))
        self._clients[client.id] = client
        return client

    def issue_token(self, query: Mapping[str, str], form: Mapping[str, str], seconds: int) -> dict[str, str]:
        """Answer to a request for a token, in the gateway's form: numbers are strings.

        Raises:
            Refused: for another grant, or wrong credentials.
        """
        if query.get("grant_type", form.get("grant_type")) != "client_credentials":
            raise Refused(400, Issue(0, "grant_type must be client_credentials", code="invalid"))
        if not form.get("client_id"):
            raise Refused(400, Issue(request_rule("no-client"), "client_id is missing", code="security"))
        client = self._clients.get(form["client_id"])
        if client is None or not secrets.compare_digest(client.secret, form.get("client_secret", "")):
            raise Refused(401, Issue(0, "client_id or client_secret is not accepted", code="security"))
        token, now = secrets.token_urlsafe(21), time.time()
        with self._store.transaction():
            self._store.put_token(token, client.id, now + seconds)
        return {
            "token_type": "BearerToken",
            "access_token": token,
            "issued_at": str(int(now * 1000)),
            "expires_in": str(seconds),
            "client_id": client.id,
            "status": "approved",
        }

    def authenticate(self, header: str) -> Client:
        """Client of an Authorization header.

        Raises:
            Unauthorized: without a token that holds.
        """
        scheme, _, token = header.partition(" ")
        with self._store.transaction():
            row = self._store.token(token) if scheme == "Bearer" else None
        if row is None or row[0] not in self._clients:
            raise Unauthorized("Invalid access token")
        if row[1] < time.time():
            raise Unauthorized("Access Token expired")
        return self._clients[row[0]]


def require_scope(client: Client, kind: str, *, writes: bool) -> None:
    """Let a client use a type.

    Raises:
        Refused: otherwise.
    """
    if client.types and kind not in client.types:
        raise Refused(403, Issue(request_rule("scope"), f"Client has no permission for {kind}", kind, "forbidden"))
    if writes and kind in CLOSED_TO.get(client.access_class, ()):
        words = f"Resource {kind} is not allowed for organizations of your class"
        raise Refused(403, Issue(request_rule("access-class"), words, kind, "forbidden"))
