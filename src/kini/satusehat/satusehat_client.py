"""Client of SATUSEHAT: one organization with its keys, its access token, and requests of FHIR R4.

The token is shared between processes by the encrypted cache and renewed before it ends, by one process at a time. A
failure of the token endpoint is remembered for a minute, as it allows one try a minute. Source: SATUSEHAT Platform,
documentation of authentication and FHIR APIs.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import structlog
from django.core.cache import cache

from kini.core import current_time, provider_config, tls
from kini.core.registry import Registry
from kini.exchange.public import PermanentFailure, TemporaryFailure
from kini.satusehat.environment import SatusehatEnvironment
from kini.satusehat.fhir import codes
from kini.satusehat.refused_records import Problem, problems_of

log = structlog.get_logger("kini.satusehat")

TOKEN = "/oauth2/v1/accesstoken"  # noqa: S105 -- an address
FHIR = "/fhir-r4/v1"
KFA_PRODUCTS = "/kfa-v2/products"
FACILITIES = "/masterdata/v1/mastersaranaindex/mastersarana"
TEMPORARY = (408, 425, 429)
#: Most bytes of an answer, and pages of a search.
MOST_BYTES = 5_000_000
MOST_PAGES = 50
#: Share of a token's life after which it is renewed, and the longest time for that.
RENEW_AFTER = 0.8
RENEWAL_SECONDS = 30
TOKEN_FAILED_SECONDS = 60
#: Before this day the Ministry's validator refuses dates; an option, since it has been changed before.
EARLIEST = date(2022, 8, 31)

type Resource = dict[str, Any]


class Refused(PermanentFailure):
    """The request was refused for its content; `problems` say why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        rules = ", ".join(filter(None, (each.rule or each.code for each in problems)))
        super().__init__(f"SATUSEHAT refused it ({rules or 'no reason'})")
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token with the times from which it is renewed, and from which it is no longer valid."""

    value: str
    renew_at: datetime
    ends_at: datetime


class SatusehatClient:
    """The adapter `satusehat`: one organization of the Ministry's register, with one client id.

    Args:
        name: key in the configuration.
        address: base URL; https, or http on loopback.
        organization: number of the organization; the client id is valid for no other.
        agency: id of the city's agency that records doses pulled from SATUSEHAT; empty: that of the first site.
        facilities: ids of the units whose doses it sends; empty: those that no other table names.
        practitioner: number of the practitioner named where a vaccinator is not known at SATUSEHAT; empty: none.
        earliest: first day of records that SATUSEHAT accepts.
        timeout: seconds for an answer.
    """

    def __init__(
        self,
        name: str,
        *,
        address: str,
        organization: str,
        client_id: str,
        client_secret: str,
        agency: str = "",
        facilities: Sequence[str] = (),
        practitioner: str = "",
        earliest: date = EARLIEST,
        timeout: float = 20.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.name, self.address, self.organization, self.agency = name, address.rstrip("/"), organization, agency
        self.client_id, self.client_secret = client_id, client_secret
        self.facilities, self.practitioner, self.earliest = frozenset(facilities), practitioner, earliest
        self.timeout, self._transport = timeout, transport
        self._connections: tuple[int, httpx.Client] | None = None
        self._token: AccessToken | None = None
        if faults := list(self._faults()):
            raise ValueError("; ".join(faults))

    def _faults(self) -> Iterator[str]:
        if error := provider_config.find_address_error(self.address):
            yield error
        for name in ("organization", "client_id", "client_secret"):
            if not getattr(self, name):
                yield f"{name} is missing"
        if not 0 < self.timeout <= 60:
            yield "timeout must be between 0 and 60 seconds"

    def system(self, kind: str) -> str:
        """Return the system of this organization's own identifiers of a kind ("encounter")."""
        return codes.own_system(kind, self.organization)

    def read(self, path: str) -> Resource:
        """Read one resource ("Immunization/ID")."""
        return self._json(self.request("GET", f"{FHIR}/{path}"))

    def search(self, kind: str, parameters: Mapping[str, str]) -> Iterator[Resource]:
        """Search resources of a type, over all pages of the answer.

        Raises:
            TemporaryFailure, Refused: it was not answered.
        """
        address, asked = f"{FHIR}/{kind}", dict(parameters)
        for _page in range(MOST_PAGES):
            bundle = self._json(self.request("GET", address, params=asked or None))
            for entry in bundle.get("entry") or []:
                resource = entry.get("resource") if isinstance(entry, dict) else None
                if isinstance(resource, dict) and resource.get("resourceType") == kind:
                    yield resource
            following = _next_page(bundle)
            if not following:
                return
            address, asked = self._own_path(following), {}
        raise TemporaryFailure(f"a search of {kind} has more than {MOST_PAGES} pages")

    def find(self, kind: str, system: str, value: str) -> Resource | None:
        """Find the resource with an identifier, or None; of several the first that was stored."""
        matches = list(self.search(kind, {"identifier": f"{system}|{value}"}))
        return min(matches, key=_stored_at, default=None)

    def kfa_product(self, code: str) -> Resource | None:
        """Return a product of KFA, the dictionary of medicines, by its code; None: there is none."""
        try:
            answer = self._json(self.request("GET", f"{KFA_PRODUCTS}", params={"identifier": "kfa", "code": code}))
        except Refused:
            return None
        result = answer.get("result")
        return result if isinstance(result, dict) else None

    def kfa_products(self, words: str) -> list[Resource]:
        """Return the products of KFA whose name has these words; at most a hundred."""
        asked = {"page": "1", "size": "100", "product_type": "farmasi", "keyword": words}
        items = self._json(self.request("GET", f"{KFA_PRODUCTS}/all", params=asked)).get("items")
        rows = items.get("data") if isinstance(items, dict) else None
        return [each for each in rows or [] if isinstance(each, dict) and each.get("active") is not False]

    def find_facilities(self, name: str) -> list[Resource]:
        """Return facilities of the Ministry's index by a part of their name; at most a hundred."""
        rows = self._json(self.request("GET", FACILITIES, params={"nama": name, "limit": "100"})).get("data")
        return [each for each in rows or [] if isinstance(each, dict)]

    def create(self, resource: Resource, *, unless: str = "") -> Resource:
        """Create a resource.

        Args:
            unless: search by which an existing one is returned in its place (If-None-Exist).
        """
        headers = {"If-None-Exist": unless} if unless else {}
        return self._json(self.request("POST", f"{FHIR}/{resource['resourceType']}", json=resource, headers=headers))

    def transact(self, bundle: Resource) -> list[str]:
        """Send a transaction: all or nothing is stored. Return the reference ("Type/ID") of each entry, in order."""
        answer = self._json(self.request("POST", FHIR, json=bundle))
        entries = answer.get("entry") or []
        references = [_reference(each) for each in entries]
        if len(references) != len(bundle["entry"]) or not all(references):
            raise TemporaryFailure("a transaction was answered without the numbers of its records")
        return references

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request with the token; after a 401 once more, with a new one.

        Raises:
            TemporaryFailure: no usable answer, with the pause that was asked for.
            Refused: the answer is final.
        """
        token = self.access_token()
        sent = dict(headers or {})
        response = self._send(method, path, params=params, json=json, headers=sent | _bearer(token))
        if response.status_code == httpx.codes.UNAUTHORIZED:
            token = self.access_token(rejected=token)
            response = self._send(method, path, params=params, json=json, headers=sent | _bearer(token))
        if response.is_success:
            return response
        status = response.status_code
        log.info("not accepted", organization=self.organization, method=method, status=status)
        if status == httpx.codes.UNAUTHORIZED:
            raise TemporaryFailure("SATUSEHAT does not accept the token of these keys")
        if status in TEMPORARY or status >= 500 or status < 400:
            raise TemporaryFailure(f"SATUSEHAT answered {status}", retry_after=retry_after(response))
        raise Refused(problems_of(_content(response)))

    def access_token(self, *, rejected: str = "") -> str:
        """Return the token, renewed where needed.

        Args:
            rejected: a token that was answered with 401.

        Raises:
            TemporaryFailure: there is none now.
        """
        for _turn in range(RENEWAL_SECONDS * 10):
            token, now = self._known_token(rejected), current_time.now()
            if token and now < token.renew_at:
                return token.value
            if cache.add(self._key("renewal"), os.getpid(), RENEWAL_SECONDS):
                try:
                    return self._renewed(rejected)
                finally:
                    cache.delete(self._key("renewal"))
            if token and now < token.ends_at:
                return token.value
            time.sleep(0.1)
        raise TemporaryFailure("the token is being renewed for too long")

    def _known_token(self, rejected: str) -> AccessToken | None:
        token = self._token
        if token is None or token.value == rejected or token.renew_at <= current_time.now():
            token = self._token = cache.get(self._key("token"))
        return None if token and token.value == rejected else token

    def _renewed(self, rejected: str) -> str:
        token = self._known_token(rejected)
        if token and current_time.now() < token.renew_at:
            return token.value  # by another process, between the look and the lease
        if cache.get(self._key("failure")):
            raise TemporaryFailure("the last request for a token failed; the next one is a minute after it")
        try:
            self._token = self._request_token()
        except TemporaryFailure:
            cache.set(self._key("failure"), 1, TOKEN_FAILED_SECONDS)
            raise
        until = self._token.ends_at - current_time.now()
        cache.set(self._key("token"), self._token, max(1, int(until.total_seconds())))
        return self._token.value

    def _request_token(self) -> AccessToken:
        form = {"client_id": self.client_id, "client_secret": self.client_secret}
        response = self._send("POST", TOKEN, params={"grant_type": "client_credentials"}, data=form)
        if not response.is_success:
            raise TemporaryFailure(f"SATUSEHAT gave no token (status {response.status_code}): check the keys")
        answer, now = _content(response), current_time.now()
        try:
            value, seconds = str(answer["access_token"]), int(answer["expires_in"])
        except (KeyError, TypeError, ValueError):
            raise TemporaryFailure("SATUSEHAT gave a token that cannot be read") from None
        return AccessToken(value, now + timedelta(seconds=seconds * RENEW_AFTER), now + timedelta(seconds=seconds))

    def _key(self, what: str) -> str:
        return f"satusehat:{what}:{self.address}:{self.client_id}"

    def _send(self, method: str, path: str, **sent: Any) -> httpx.Response:
        try:
            response = self._http().request(method, path, **sent)
        except httpx.HTTPError as error:
            raise TemporaryFailure(f"SATUSEHAT could not be reached ({type(error).__name__})") from None
        if len(response.content) > MOST_BYTES:
            raise TemporaryFailure("an answer of SATUSEHAT is too long")
        return response

    def _http(self) -> httpx.Client:
        """Connections of this process: those of a parent process are not used."""
        process = os.getpid()
        if self._connections is None or self._connections[0] != process:
            timeout = httpx.Timeout(self.timeout, connect=5.0)
            client = httpx.Client(
                base_url=self.address, timeout=timeout, transport=self._transport, trust_env=False, verify=tls.context()
            )
            self._connections = process, client
        return self._connections[1]

    def close(self) -> None:
        """Close the connections of this process; the next request opens others."""
        if self._connections and self._connections[0] == os.getpid():
            self._connections[1].close()
        self._connections = None

    def _own_path(self, address: str) -> str:
        """Path of the next page of a search: only addresses of this server are followed, as the token goes along."""
        whole = httpx.URL(self.address).join(address)
        if not str(whole).startswith(self.address + "/"):
            raise TemporaryFailure("a search of SATUSEHAT continues at another server")
        return str(whole).removeprefix(self.address)

    @staticmethod
    def _json(response: httpx.Response) -> Resource:
        content = _content(response)
        if not isinstance(content, dict):
            raise TemporaryFailure("SATUSEHAT gave an answer that cannot be read")
        return content


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _content(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def retry_after(response: httpx.Response) -> timedelta | None:
    """Return the pause that an answer asks for (seconds or a date), at most a day."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return min(timedelta(seconds=int(text[:6])), timedelta(days=1))
    try:
        pause = parsedate_to_datetime(text) - current_time.now()
    except (TypeError, ValueError):
        return None
    return min(max(pause, timedelta()), timedelta(days=1))


def _stored_at(resource: Resource) -> str:
    meta = resource.get("meta")
    return str(meta.get("lastUpdated", "")) if isinstance(meta, dict) else ""


def _next_page(bundle: Resource) -> str:
    links = (each for each in bundle.get("link") or [] if isinstance(each, dict))
    return next((str(each.get("url", "")) for each in links if each.get("relation") == "next"), "")


def _reference(entry: Any) -> str:
    """Reference of an entry of a transaction's answer: SATUSEHAT names type and number, FHIR a location."""
    response = entry.get("response") if isinstance(entry, dict) else None
    if not isinstance(response, dict):
        return ""
    if response.get("resourceType") and response.get("resourceID"):
        return f"{response['resourceType']}/{response['resourceID']}"
    parts = str(response.get("location", "")).split("/_history/")[0].split("/")
    return "/".join(parts[-2:]) if len(parts) >= 2 else ""


#: By `adapter` in the operator's file.
client_adapters: Registry[Callable[..., SatusehatClient]] = Registry("adapter of SATUSEHAT")
client_adapters.register("satusehat", SatusehatClient)


def clients() -> list[SatusehatClient]:
    """Return the configured clients, in the order of the file; none without a file.

    Raises:
        InvalidEnvironment: when the file cannot be read or is invalid.
    """
    path = SatusehatEnvironment.current().satusehat
    return list(provider_config.load_providers("KINI_SATUSEHAT", path, client_adapters).values())


def client_of(facility: str | None) -> SatusehatClient | None:
    """Return the client that sends for a facility: that which names it, else the first that names none."""
    configured = clients()
    own = next((each for each in configured if facility in each.facilities), None)
    return own or next((each for each in configured if not each.facilities), None)
