"""Client of the Open311 servers of other cities (GeoReport v2, JSON), named in the file of KINI_OPEN311.

[tangerang]
adapter = "georeport"
address = "https://311.tangerang.example/open311/v2"
key = "..."
services = { road-damage-report = "pothole" }
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError

from kini.core import provider_config, tls
from kini.core.registry import Registry
from kini.exchange.public import PermanentFailure, TemporaryFailure
from kini.reports.environment import ReportsEnvironment

#: Largest response that is read, and requests that are asked for at a time.
MOST_BYTES, AT_A_TIME = 5_000_000, 50
LONGEST_KEY, LONGEST_ID = 200, 120


class TheirRequest(BaseModel):
    """A request as the other server shows it; fields of its own are ignored."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    service_request_id: str | None = None
    token: str | None = None
    status: Literal["open", "closed"] | None = None
    status_notes: str | None = None
    description: str | None = None
    updated_datetime: AwareDatetime | None = None


_LIST: TypeAdapter[list[TheirRequest]] = TypeAdapter(list[TheirRequest])


@dataclass(frozen=True, slots=True)
class Filing:
    """A report as another city gets it: no name, no number, no address of mail.

    Attributes:
        reference: ours; it ends the description, by which a request is found again whose answer was lost.
        key: the same for every try (Idempotency-Key).
    """

    reference: str
    service: str
    latitude: float
    longitude: float
    words: str
    key: str
    media_url: str = ""

    @property
    def description(self) -> str:
        return f"{self.words}\n[{self.reference}]".strip()


class GeoReportServer:
    """The adapter `georeport`.

    Args:
        address: base URL of version 2, without a trailing slash; https, or http on loopback.
        key: our api_key there.
        services: their service_code by ours; others are not filed there.
        title: name of the city for officers and residents.
        timeout: seconds for the connection, and for the response.
    """

    def __init__(
        self,
        name: str,
        *,
        address: str,
        key: str,
        services: Mapping[str, str],
        title: str = "",
        jurisdiction: str = "",
        timeout: float = 10.0,
    ) -> None:
        self.name, self.title, self.key = name, title or name, key
        self.address, self.services = address.rstrip("/"), dict(services)
        self.jurisdiction, self.timeout = jurisdiction, timeout
        if faults := self.check_config():
            raise ValueError("; ".join(faults))

    def check_config(self) -> Sequence[str]:
        """Return the errors of the options."""
        return list(self._faults())

    def _faults(self) -> Iterator[str]:
        if error := provider_config.find_address_error(self.address):
            yield error
        if not 0 < len(self.key) <= LONGEST_KEY:
            yield "key is missing"
        if not self.services:
            yield "services names no report"
        if not 0 < self.timeout <= 30:
            yield "timeout must be between 0 and 30 seconds"

    def file(self, filing: Filing, tries: int = 1) -> TheirRequest:
        """File a report; from the second try on, look first whether it came the time before.

        Raises:
            TemporaryFailure, PermanentFailure: as `Destination.send`.
        """
        if tries > 1 and (there := self._already_there(filing)):
            return there
        form = {
            "service_code": self.services[filing.service],
            "lat": f"{filing.latitude:.6f}",
            "long": f"{filing.longitude:.6f}",
            "description": filing.description,
            "api_key": self.key,
            **({"media_url": filing.media_url} if filing.media_url else {}),
        }
        [made, *_more] = self._call("POST", "requests", form, {"Idempotency-Key": filing.key}) or [TheirRequest()]
        if not made.service_request_id and not made.token:
            raise PermanentFailure("the answer has neither an id nor a token")
        return made

    def _already_there(self, filing: Filing) -> TheirRequest | None:
        listed = self._call("GET", "requests", {"service_code": self.services[filing.service], "api_key": self.key})
        ending = f"[{filing.reference}]"
        same = (each for each in listed if each.service_request_id and (each.description or "").endswith(ending))
        return next(same, None)

    def request_of_token(self, token: str) -> str:
        """Return the id of the request that a token stands for; "" if there is none yet."""
        [row, *_more] = self._call("GET", f"tokens/{token}", {}) or [TheirRequest()]
        return row.service_request_id or ""

    def requests(self, ids: Sequence[str]) -> list[TheirRequest]:
        """Return the state of requests; one that they do not show is absent."""
        listed: list[TheirRequest] = []
        for start in range(0, len(ids), AT_A_TIME):
            some = ",".join(ids[start : start + AT_A_TIME])
            listed += self._call("GET", "requests", {"service_request_id": some, "api_key": self.key})
        return listed

    def _call(
        self, method: str, path: str, values: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> list[TheirRequest]:
        values = {**values, **({"jurisdiction_id": self.jurisdiction} if self.jurisdiction else {})}
        sent: dict[str, Any] = {"data": values} if method == "POST" else {"params": values}
        try:
            response = httpx.request(
                method,
                f"{self.address}/{path}.json",
                headers=dict(headers or {}),
                timeout=self.timeout,
                verify=tls.context(),
                follow_redirects=False,
                **sent,
            )
        except httpx.HTTPError as error:
            raise TemporaryFailure(f"{self.name}: {type(error).__name__}") from None
        return self._read(response)

    def _read(self, response: httpx.Response) -> list[TheirRequest]:
        status = response.status_code
        if status in (408, 425, 429) or status >= 500:
            raise TemporaryFailure(f"{self.name}: status {status}", _retry_after(response))
        if not 200 <= status < 300:
            raise PermanentFailure(f"{self.name}: status {status}")
        if len(response.content) > MOST_BYTES:
            raise TemporaryFailure(f"{self.name}: the answer is too large")
        try:
            return _LIST.validate_json(response.content)
        except ValidationError:
            raise TemporaryFailure(f"{self.name}: the answer is no list of requests") from None


def _retry_after(response: httpx.Response) -> timedelta | None:
    typed = response.headers.get("Retry-After", "")
    return timedelta(seconds=min(int(typed), 86_400)) if typed.isascii() and typed.isdigit() else None


def is_newer(updated: datetime | None, known: datetime | None) -> bool:
    """Return True if an update may change what is known: it is not older than the last one that did."""
    return known is None or (updated is not None and updated >= known)


#: Adapters by name: (name, options) -> server.
adapters: Registry[Callable[..., GeoReportServer]] = Registry("adapter of Open311 servers")
adapters.register("georeport", GeoReportServer)


def other_cities() -> dict[str, GeoReportServer]:
    """Configured servers of other cities, by name."""
    return provider_config.load_providers("KINI_OPEN311", ReportsEnvironment.current().other_cities, adapters)
