"""A town in which every type of page can be seen, and people in front of browsers to look at them."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kini.core.environment import ROOT
from kini.core.process_supervisor import spawn_command
from kini.robot.scratch import ScratchCity
from tests.faces.pages import GUARDED, GUEST, Town, press, prove

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def town(scratch: ScratchCity, city: str, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Path parameters of the pages (tests/faces/town.py)."""
    file = tmp_path_factory.mktemp("town") / "town.json"
    env = scratch.env | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    env["DJANGO_SETTINGS_MODULE"] = "kini.settings"
    command = [sys.executable, "-m", "tests.faces.town", str(file)]
    assert scratch.supervisor.run("town", spawn_command(command, env)) == 0
    town: Town = json.loads(file.read_text("utf-8"))
    return town


@pytest.fixture(scope="session")
def page_of(chromium: "Browser", city: str, town: Town) -> "Iterator[Callable[[str], Page]]":
    """The window of somebody, who has signed in; guests have a new one each time."""
    windows: dict[str, Page] = {}

    def page(who: str) -> "Page":
        if who == GUEST:
            return _window(chromium)
        if who not in windows:
            windows[who] = _window(chromium)
            _sign_in(windows[who], city, town, who)
        return windows[who]

    yield page
    for each in windows.values():
        each.context.close()


def _window(chromium: "Browser") -> "Page":
    context = chromium.new_context(locale="id-ID", reduced_motion="reduce", viewport=PHONE, service_workers="block")
    context.add_init_script(path=Path(__file__).parent / "sight.js")
    return context.new_page()


def _sign_in(page: "Page", city: str, town: Town, who: str) -> None:
    page.goto(f"{city}/demo/sign-in/")
    press(page, f"main form:has(input[value='{town[who]}'])")
    if who == GUARDED:
        prove(page, town)
