"""Events of the room."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class OutagesBegan(Event):
    """A check found new outages. `outages`: their primary keys."""

    name: ClassVar[str] = "wifi.outages_began"
    outages: list[int]


@dataclass(frozen=True, slots=True)
class DevicesSignedOut(Event):
    """Devices are no longer admitted by themselves; their running sessions must end (RFC 5176).

    Attributes:
        devices: keyed hashes of their MACs, in hexadecimal digits, as in `Device.mark` and in the session table.
        reason: cause in one word.
    """

    name: ClassVar[str] = "wifi.devices_signed_out"
    devices: list[str]
    reason: str = "signed-out"
