"""Variables of the pages: maps, the service worker, the contact for security reports."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from kini.core.environment_settings import EnvironmentSettings


@dataclass(frozen=True, slots=True)
class MapTiles:
    """Tile server of the maps: address with {z}, {x} and {y}, and the attribution."""

    address: str
    credit: str

    @property
    def origin(self) -> str:
        """Scheme and host for the content security policy."""
        return "/".join(self.address.split("/")[:3]).replace("{s}", "*")


def _tile_address(address: str) -> str:
    if address and (
        not re.match(r"https?://[\w.{}:-]+/", address) or not all(f"{{{axis}}}" in address for axis in "zxy")
    ):
        raise ValueError('must read like "https://tiles.example/{z}/{x}/{y}.png"')
    return address


def _credit(credit: str, info: ValidationInfo) -> str:
    if info.data.get("tiles_address") and not credit:
        raise ValueError("is missing: the attribution of the map")
    return credit


def _contact(text: str) -> str:
    """Check the URI of a contact (RFC 9116, 2.5.3)."""
    if text and not text.startswith(("mailto:", "https://", "tel:")):
        raise ValueError('must read like "mailto:security@kini.example" or "https://kini.example/security"')
    return text


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError('must read like "2027-06-30"') from None


class WebEnvironment(EnvironmentSettings):
    service_worker: bool = Field(
        True,
        alias="KINI_WORKER",
        description="`off` removes the service worker from every phone (see “The app on the phone”); otherwise "
        "phones keep pages and answers while they are offline",
    )
    tiles_address: Annotated[str, AfterValidator(_tile_address)] = Field(
        "",
        alias="KINI_TILES",
        description="map tiles (`https://tiles.example/{z}/{x}/{y}.png`); without them only the city's "
        "own areas are drawn, and no map contacts another server",
    )
    tiles_credit: Annotated[str, AfterValidator(_credit)] = Field("", description="credit of the map tiles")
    security_contact: Annotated[str, AfterValidator(_contact)] = Field(
        "",
        description="contact for reports of vulnerabilities (`mailto:security@kini.example`), shown at "
        "`/.well-known/security.txt` (RFC 9116); without a contact there is no such file",
    )
    security_expires: Annotated[date | None, BeforeValidator(_day)] = Field(
        None, description="the day on which that contact expires (`2027-06-30`; by default half a year from today)"
    )

    @property
    def tiles(self) -> MapTiles | None:
        """Tile server of the maps; None: only the city's areas are drawn."""
        return MapTiles(self.tiles_address, self.tiles_credit) if self.tiles_address else None
