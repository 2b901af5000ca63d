"""Content of a venue's QR code, and the venue's secret number that follows from it. Static twin: records.js.

The code is an address of the check-in page with the venue in its fragment, which browsers send to no server:
`https://city/check-in/#1.PAYLOAD`. The payload is base64url of UTF-8 JSON: name, kind, usual stay in minutes, seed.
"""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.urls import reverse

VERSION = "1."
SEED_BYTES = 16
LONGEST_NAME = 60
_PREFIX = b"kini venue 1\0"


@dataclass(frozen=True, slots=True)
class VenueCode:
    """A venue as its poster names it. Another seed makes it another venue for phones ("rotation")."""

    name: str
    kind: str
    stay_minutes: int
    seed: str

    @property
    def payload(self) -> str:
        """Return the part of the address behind "#1."."""
        content = [self.name, self.kind, self.stay_minutes, self.seed]
        return _base64(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())

    @property
    def venue_id(self) -> bytes:
        """Return the venue's secret number (32 bytes), known only to those who have seen the poster."""
        return sha256(_PREFIX + self.payload.encode()).digest()

    @property
    def address(self) -> str:
        """Return the text of the QR code."""
        return f"{settings.ENV.address}{reverse('epidemic:check-in')}#{VERSION}{self.payload}"


def new_seed() -> str:
    """Generate the random part of a new code."""
    return _base64(secrets.token_bytes(SEED_BYTES))


def parse_venue_code(text: str) -> VenueCode:
    """Parse the text of a QR code, or its part behind "#".

    Raises:
        ValueError: it is not a venue's code.
    """
    payload = text.rpartition("#")[2].removeprefix(VERSION)
    try:
        name, kind, stay, seed = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, TypeError):
        raise ValueError("This is not the code of a venue.") from None
    code = VenueCode(name, kind, stay, seed)
    if (
        not all(isinstance(each, str) for each in (name, kind, seed))
        or type(stay) is not int
        or code.payload != payload
    ):
        raise ValueError("This is not the code of a venue.")
    return code


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
