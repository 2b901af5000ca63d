"""Destinations of the outbox: the interface that adapters implement, and their registry."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kini.core.registry import Registry

type Receipt = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One entry of the outbox, as its destination sends it.

    Attributes:
        key: send it along (Idempotency-Key or the like); it is the same for every try.
        tries: number of this try, from 1.
    """

    subject: str
    key: str
    payload: Any
    tries: int


class TemporaryFailure(Exception):
    """Send it again later.

    Args:
        reason: one sentence for the operator, without personal data.
        retry_after: the time that the destination asked for; the whole destination pauses for it.
    """

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class PermanentFailure(Exception):
    """The destination will never accept it: it becomes a dead letter. The message is a sentence for the operator."""


class Destination(ABC):
    """An outside system. `delivered` and `given_up` run in the transaction that records the result.

    Attributes:
        max_age: an entry that could not be delivered for so long becomes a dead letter.
        concurrency: messages that one process sends at the same time; more than one needs a `send` that threads share.
        waits: time before each further try; the last one repeats. Each is varied by up to a fifth.
    """

    max_age = timedelta(days=14)
    concurrency = 1
    waits: tuple[timedelta, ...] = tuple(timedelta(seconds=each) for each in (10, 60, 300, 1800, 7200, 21600))

    @abstractmethod
    def send(self, message: OutgoingMessage) -> Receipt:
        """Send a message and return the receipt; called outside of any transaction, at least once.

        Raises:
            TemporaryFailure, PermanentFailure: it was not accepted. Any other error counts as temporary.
        """

    def delivered(self, message: OutgoingMessage, receipt: Receipt) -> None:
        """Record that it was accepted; idempotent. By default nothing is done."""
        return

    def given_up(self, message: OutgoingMessage, reason: str) -> None:
        """Record that it became a dead letter; idempotent, as an operator may replay it. By default nothing is done."""
        return

    def wait(self, tries: int) -> timedelta:
        return self.waits[min(tries, len(self.waits)) - 1]


destinations: Registry[Destination] = Registry("destination")
