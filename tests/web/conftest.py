"""The face is tested with a town of its own, without any of the rooms above it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from pytest_django import Settings

from kini.core.registry import Registry
from kini.web import home, navigation
from tests.web.town import TOWN, Town

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def town(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """Vienna, in English unless a test says otherwise; what rooms above registered is not there."""
    own: Registry[navigation.NavItem] = Registry("navigation entry")
    for name in navigation.navigation.names():
        if navigation.navigation.get(name).url_name.startswith("web:"):
            own.register(name, navigation.navigation.get(name))
    monkeypatch.setattr(navigation, "navigation", own)
    monkeypatch.setattr(navigation, "nav_sources", Registry("source of navigation entries"))
    monkeypatch.setattr(home, "home_sections", Registry("home section"))
    (templates,) = settings.TEMPLATES
    processors = [
        "tests.web.town.context" if name == "kini.city.pages.city_context" else name
        for name in templates["OPTIONS"]["context_processors"]
    ]
    settings.TEMPLATES = [
        templates | {"DIRS": [HERE / "templates"], "OPTIONS": templates["OPTIONS"] | {"context_processors": processors}}
    ]
    settings.CITY_FACE = "tests.web.town.current"
    settings.ROOT_URLCONF = "tests.web.urls"
    settings.LOGIN_URL = "/sign-in"
    with translation.override("en"):
        yield TOWN


@pytest.fixture
def navigation_entries(monkeypatch: pytest.MonkeyPatch) -> Registry[navigation.NavItem]:
    """The registry of navigation entries, with nothing in it."""
    empty: Registry[navigation.NavItem] = Registry("navigation entry")
    monkeypatch.setattr(navigation, "navigation", empty)
    return empty


@pytest.fixture
def home_parts(monkeypatch: pytest.MonkeyPatch) -> Registry[home.HomeSection]:
    """The registry of home sections, with nothing in it."""
    empty: Registry[home.HomeSection] = Registry("home section")
    monkeypatch.setattr(home, "home_sections", empty)
    return empty
