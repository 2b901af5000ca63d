"""Fixtures: the town of the cases' tests, a scripted channel, and sandbox providers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from django.test import Client
from pytest_django import Settings

from kini.messages.channels.base import Accepted, Channel, PermanentFailure, TemporaryFailure, channels
from kini.messages.models import Delivery
from kini.messages.recipients import Recipient
from kini.messages.sandbox import keys
from kini.messages.sandbox.fake_providers import FakeProviders
from kini.messages.sandbox.server import Sandbox, server
from tests.cases.conftest import case as case
from tests.cases.conftest import city as city
from tests.cases.conftest import permit as permit
from tests.cases.conftest import town as town
from tests.cases.town import PACK, Town
from tests.environment import replace


class Pigeon(Channel):
    """A plug-in channel with scripted results."""

    id, label = "pigeon", "Pigeon"

    def __init__(self) -> None:
        self.answers: list[Accepted | Exception] = []
        self.taken: list[str] = []

    def ready(self) -> bool:
        return bool(self.answers)

    def recipient(self, person: Recipient) -> str:
        return person.phone

    def send(self, delivery: Delivery) -> Accepted:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        self.taken.append(delivery.message.text)
        return answer


@pytest.fixture
def pigeon(monkeypatch: pytest.MonkeyPatch) -> Pigeon:
    """The first channel; not configured until a test sets its results."""
    bird = Pigeon()
    monkeypatch.setattr(channels, "_items", {"pigeon": bird, **channels._items})
    return bird


BUSY, GONE = TemporaryFailure("busy"), PermanentFailure("no such number")

TEMPLATES = {"kini_case_step": 7}
WORDING = (
    "subject: '{title}: {state}'\n"
    "text: '{title} ({reference}): {sentence} {until} {address}'\n"
    "whatsapp: kini_case_step\n"
)


@pytest.fixture
def carriers(town: Town, running_pack: Callable[..., Path], tmp_path: Path, settings: Settings) -> Iterator[Sandbox]:
    """Running sandbox providers. Tests trigger their webhooks explicitly, without threads."""
    running_pack(PACK, {"messages/case-step.yaml": WORDING})
    sandbox_keys = keys.generate_keys()
    sandbox = Sandbox(
        FakeProviders(TEMPLATES), sandbox_keys, "http://testserver/messages/notices/", {"receipt": "never"}, told
    )
    running = server(sandbox)
    thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    path = keys.configure(tmp_path / "messages", sandbox_keys, running.server_address[1])
    settings.ENV = replace(settings.ENV, messages=path, address="http://testserver")
    yield sandbox
    running.shutdown()
    thread.join()
    running.server_close()


def told(address: str, body: bytes, headers: dict[str, str]) -> int:
    """Post a provider's webhook to the city with the test client."""
    content_type = headers.pop("Content-Type")
    path = address.removeprefix("http://testserver")
    return Client().post(path, body, content_type=content_type, headers=headers).status_code
