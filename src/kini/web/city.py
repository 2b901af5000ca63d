"""What the face needs to know of the city. The city room stands above this one and answers through the settings.

`settings.CITY_FACE` names the function that gives the loaded city, as Django's settings name context processors.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.module_loading import import_string


class CityFace(Protocol):
    """The part of a city that every page shows."""

    @property
    def name(self) -> Any: ...
    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def timezone(self) -> ZoneInfo: ...
    @property
    def country(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def theme(self) -> Mapping[str, Any]: ...
    @property
    def emergency(self) -> Sequence[Any]: ...


def face() -> CityFace:
    """The city of this process."""
    city: CityFace = import_string(settings.CITY_FACE)()
    return city
