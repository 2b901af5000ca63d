"""City settings that pages need.

The city room depends on this one, so `settings.CITY_FACE` names the function that returns the loaded city.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.module_loading import import_string


class CityInfo(Protocol):
    """Attributes of the city that pages use."""

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
    @property
    def contact(self) -> Any: ...
    @property
    def root(self) -> Path: ...
    @property
    def screenshots(self) -> Sequence[Any]: ...


def current_city() -> CityInfo:
    """Return the city of this process."""
    city: CityInfo = _city_function(settings.CITY_FACE)()
    return city


_city_function = cache(import_string)
