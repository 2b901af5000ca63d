"""Fixtures of browser journeys: people with browsers, and data created in the running city."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from kini.robot.scratch import ScratchCity

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Stock:
    """Client of tests/journeys/stock.py, which creates data and reports states in the running city."""

    process: subprocess.Popen[str]

    def _ask(self, *deed: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(deed) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def cases(self, service: str, count: int, *steps: str) -> list[str]:
        return list(self._ask("cases", service, count, *steps))

    def states(self, references: Iterable[str]) -> set[str]:
        return set(self._ask("states", list(references)))

    def files(self, draft: str) -> list[tuple[int, int, int, str]]:
        return [(width, height, size, taken) for width, height, size, taken in self._ask("files", draft)]

    def sent(self, name: str, service: str = "kelurahan-statement-letter") -> int:
        return int(self._ask("sent", name, service))

    def run_jobs(self) -> int:
        return int(self._ask("run_jobs"))

    def note(self, reference: str) -> str:
        return str(self._ask("note", reference))

    def access_point(self, login: str, folder: Path, port: int) -> tuple[str, str, str]:
        mac, secret, site = self._ask("access_point", login, str(folder), port)
        return mac, secret, site

    def positive_result(self) -> str:
        return str(self._ask("positive_result"))

    def publish_warnings(self) -> int:
        return int(self._ask("publish_warnings"))

    def wave(self, cases: int) -> int:
        return int(self._ask("wave", cases))

    def card(self, name: str) -> tuple[str, str, str]:
        name, born, number = self._ask("card", name)
        return name, born, number

    def laboratory_result(self, name: str, phone: str) -> str:
        return str(self._ask("laboratory_result", name, phone))

    def same_person(self, name: str) -> int:
        return int(self._ask("same_person", name))

    def patients(self, name: str) -> int:
        return int(self._ask("patients", name))

    def vaccination_session(self) -> str:
        return str(self._ask("vaccination_session"))

    def pothole(self, followers: int) -> tuple[str, str, str]:
        reference, code, contact = self._ask("pothole", followers)
        return reference, code, contact

    def close_report(self, reference: str, team: str) -> str:
        return str(self._ask("close_report", reference, team))

    def report_figures(self, agency: str) -> list[int]:
        return list(self._ask("report_figures", agency))

    def help_need(self, name: str, contact: str) -> str:
        return str(self._ask("help_need", name, contact))

    def publish_help(self) -> int | None:
        published = self._ask("publish_help")
        return None if published is None else int(published)

    def carry_out(self) -> int:
        return int(self._ask("carry_out"))


@pytest.fixture(scope="session")
def stock(scratch: ScratchCity, city: str) -> Iterator[Stock]:
    env = scratch.env | {"DJANGO_SETTINGS_MODULE": "kini.settings"}
    command = [sys.executable, "-m", "tests.journeys.stock"]
    with subprocess.Popen(
        command, env=env, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield Stock(process)
        assert process.stdin
        process.stdin.close()


@dataclass(slots=True)
class Person:
    """A person with a browser page."""

    page: Page
    city: str

    def go(self, path: str) -> None:
        self.page.goto(self.city + path)

    def press(self, button: Locator) -> None:
        """Click and wait for the next page.

        A bare click returns before the response arrives, so a following navigation could cancel the submission.
        """
        with self.page.expect_navigation():
            button.click()

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def sign_in(self, name: str) -> None:
        """Sign in with one click on the demo page."""
        self.go("/demo/sign-in/")
        self.press(self.page.get_by_role("button", name=name).first)

    def sign_in_by_code(self, email: str) -> None:
        """Sign in as a new resident with the code from the local outbox."""
        self.go("/sign-in/")
        self.page.locator("input[name=contact]").fill(email)
        self.press(self.page.locator("main form button").first)
        self.type_code(email)

    def type_code(self, contact: str) -> None:
        """Type the code sent to this number or address, from the local outbox."""
        outbox = self.page.context.new_page()
        outbox.goto(f"{self.city}/outbox/")
        message = outbox.locator("main").inner_text()
        outbox.close()
        match = re.search(r"\b(\d{6})\b", message.partition(contact)[2])  # a contact may contain six digits
        assert match, "no code in the outbox"
        self.page.locator("input[name=code]").fill(match.group(1))
        self.press(self.page.locator("main form button").first)


@pytest.fixture(params=[True, False], ids=["with-javascript", "without-javascript"])
def person(request: pytest.FixtureRequest, chromium: Browser, city: str) -> Iterator[Callable[[], Person]]:
    """Factory of people with separate browsers, with and without JavaScript."""
    contexts: list[BrowserContext] = []

    def make() -> Person:
        size = {"width": 360, "height": 740}
        context = chromium.new_context(java_script_enabled=request.param, viewport=size, locale="id-ID")
        contexts.append(context)
        return Person(context.new_page(), city)

    yield make
    for context in contexts:
        context.close()
