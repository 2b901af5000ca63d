"""What happens on the network that others hear of."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class OutagesBegan(Event):
    """Access points are down, found by one check. `outages`: their keys."""

    name: ClassVar[str] = "wifi.outages_began"
    outages: list[int]


@dataclass(frozen=True, slots=True)
class DevicesSignedOut(Event):
    """Devices do not come in by themselves any more; their running sessions end (RFC 5176).

    Attributes:
        devices: keyed hashes of their MACs, in hexadecimal digits, as in `Device.mark` and in the session table.
        reason: what happened, in a word.
    """

    name: ClassVar[str] = "wifi.devices_signed_out"
    devices: list[str]
    reason: str = "signed-out"
