"""The town of the cases' tests; a channel of its own that does what a test tells it."""

import pytest

from kini.messages.channels.base import Channel, ChannelFault, Handed, Rejected, channels
from kini.messages.models import Delivery
from kini.messages.recipients import Person
from tests.cases.conftest import case as case
from tests.cases.conftest import city as city
from tests.cases.conftest import permit as permit
from tests.cases.conftest import town as town


class Pigeon(Channel):
    """An outside package's channel: it takes what it is told to take."""

    id, label = "pigeon", "Pigeon"

    def __init__(self) -> None:
        self.answers: list[Handed | Exception] = []
        self.taken: list[str] = []

    def ready(self) -> bool:
        return bool(self.answers)

    def recipient(self, person: Person) -> str:
        return person.phone

    def send(self, delivery: Delivery) -> Handed:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        self.taken.append(delivery.message.text)
        return answer


@pytest.fixture
def pigeon(monkeypatch: pytest.MonkeyPatch) -> Pigeon:
    """The first channel; it is not set up until a test gives it answers."""
    bird = Pigeon()
    monkeypatch.setattr(channels, "_items", {"pigeon": bird, **channels._items})
    return bird


BUSY, GONE = ChannelFault("busy"), Rejected("no such number")
