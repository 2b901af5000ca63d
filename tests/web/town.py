"""A small town that the face is shown with: another country, another order of languages."""

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from kini.core.localized_text import Text


@dataclass(frozen=True)
class Number:
    number: str
    name: Text


@dataclass(frozen=True)
class Town:
    name: Text = field(default_factory=lambda: Text.model_validate("Wien"))
    languages: tuple[str, ...] = ("de", "en", "id")
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Vienna"))
    country: str = "AT"
    currency: str = "EUR"
    theme: dict[str, str] = field(default_factory=lambda: {"brand": "#c8102e"})
    emergency: tuple[Number, ...] = (Number("112", Text.model_validate("Notruf")),)


TOWN = Town()


def current() -> Town:
    return TOWN


def context(request: HttpRequest) -> dict[str, Any]:
    return {"city": TOWN}
