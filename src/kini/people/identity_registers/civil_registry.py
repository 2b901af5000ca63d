"""Adapter of a civil registry over HTTPS and JSON, modelled on Indonesia's Dukcapil, which returns matches only.

POST {address}/verifications with a bearer token and {"reference", "nik", "name", "birth_date"}; the response is
{"receipt", "matches": {"nik", "name", "birth_date"}}, each true or false. A response with other fields is rejected.
"""

from collections.abc import Iterator, Sequence

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError

from kini.core import provider_config, tls
from kini.people.identity_registers.base import IdentityClaim, RegisterAnswer, RegisterUnavailable

SHORTEST_TOKEN = 16
MOST_BYTES = 4096

log = structlog.get_logger("kini.registers")


class Matches(BaseModel):
    """Matching parts of the claim."""

    model_config = ConfigDict(extra="forbid")

    nik: StrictBool
    name: StrictBool
    birth_date: StrictBool


class Reply(BaseModel):
    """The register's response."""

    model_config = ConfigDict(extra="forbid")

    receipt: str = Field(max_length=60)
    matches: Matches


class CivilRegistry:
    """The adapter `civil-registry`.

    Args:
        address: base URL, without a trailing slash; https, or http on loopback.
        token: bearer token of the city.
        timeout: seconds for the connection, and for the response.
    """

    def __init__(self, name: str, *, address: str, token: str, timeout: float = 5.0) -> None:
        self.name, self.address, self.token, self.timeout = name, address.rstrip("/"), token, timeout
        if faults := self.check_config():
            raise ValueError("; ".join(faults))

    def check_config(self) -> Sequence[str]:
        """Return the errors of the options."""
        return list(self._faults())

    def _faults(self) -> Iterator[str]:
        if error := provider_config.find_address_error(self.address):
            yield error
        if len(self.token) < SHORTEST_TOKEN:
            yield f"token is shorter than {SHORTEST_TOKEN} characters"
        if not 0 < self.timeout <= 30:
            yield "timeout must be between 0 and 30 seconds"

    def verify(self, claim: IdentityClaim) -> RegisterAnswer:
        """Send one request. Its content is not logged."""
        payload = {
            "reference": claim.reference,
            "nik": claim.number,
            "name": claim.name,
            "birth_date": claim.birth_date.isoformat(),
        }
        try:
            response = httpx.post(
                f"{self.address}/verifications",
                json=payload,
                headers={"Authorization": f"Bearer {self.token}"},
                timeout=self.timeout,
                verify=tls.context(),
                follow_redirects=False,
            )
        except httpx.HTTPError as error:
            raise RegisterUnavailable(type(error).__name__) from None
        if response.status_code != httpx.codes.OK or len(response.content) > MOST_BYTES:
            log.warning("register gave no answer", register=self.name, status=response.status_code)
            raise RegisterUnavailable(f"status {response.status_code}")
        return self._read(response.content)

    def _read(self, content: bytes) -> RegisterAnswer:
        try:
            reply = Reply.model_validate_json(content)
        except ValidationError:
            log.error("register answered in another form than agreed", register=self.name)
            raise RegisterUnavailable("unreadable answer") from None
        every = reply.matches.nik and reply.matches.name and reply.matches.birth_date
        return RegisterAnswer("match" if every else "mismatch", reply.receipt)
