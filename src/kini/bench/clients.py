"""API clients that submit applications with idempotency keys and retry until answered."""

import random
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import httpx

from kini.api.idempotency import HEADER, REPLAYED
from kini.api.operations import PREFIX

#: Statuses to retry: rate limit, key in use, server unavailable.
AGAIN = (408, 409, 429, 500, 502, 503, 504)
PATIENCE = 300.0  # seconds until a submission is abandoned
LONGEST_PAUSE = 1.0
#: Every n-th submission is sent once more, as if the response had been lost.
FORGETS = 10


@dataclass(frozen=True, slots=True)
class Application:
    """Complete application sent by one client for the owner of its token."""

    token: str
    body: dict[str, Any]
    key: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass(slots=True)
class ClientPool:
    """Concurrent clients and their results.

    Attributes:
        accepted: case reference by idempotency key.
        faults: unacceptable responses, a sentence each.
        again: number of retries by reason.
        slowest: seconds of the slowest submission, from the first attempt to the response.
    """

    address: str
    accepted: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    again: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    slowest: float = 0.0
    _lock: Lock = field(default_factory=Lock)
    _pool: ThreadPoolExecutor | None = None
    _running: list["Future[None]"] = field(default_factory=list)

    def try_once(self, application: Application) -> bool:
        """Submit one application; return True if it was accepted, which also records it."""
        with httpx.Client(base_url=self.address, timeout=30) as client:
            response = client.post(f"{PREFIX}/cases", json=application.body, headers=_headers(application))
        if response.status_code == 201:
            self._note(application, response, 0.0)
        return response.status_code == 201

    def begin(self, programs: Sequence[Sequence[Application]]) -> None:
        """Start all clients concurrently."""
        self._pool = ThreadPoolExecutor(len(programs))
        self._running = [self._pool.submit(self._run, each) for each in programs]

    def done(self) -> bool:
        """Return True once all clients have finished; raises their exceptions."""
        if not all(each.done() for each in self._running):
            return False
        for each in self._running:
            each.result()
        return True

    def _run(self, applications: Sequence[Application]) -> None:
        with httpx.Client(base_url=self.address, timeout=30) as client:
            for number, each in enumerate(applications, 1):
                self._apply(client, each)
                if number % FORGETS == 0:
                    self._apply(client, each)

    def _apply(self, client: httpx.Client, application: Application) -> None:
        started = time.monotonic()
        while time.monotonic() - started < PATIENCE:
            try:
                response = client.post(f"{PREFIX}/cases", json=application.body, headers=_headers(application))
            except httpx.TransportError as error:
                self._pause(type(error).__name__)
                continue
            if response.status_code not in AGAIN:
                self._note(application, response, time.monotonic() - started)
                return
            self._pause(str(response.status_code))
        self._complain(f"a submission was not answered within {PATIENCE:.0f} seconds (key {application.key})")

    def _pause(self, reason: str) -> None:
        with self._lock:
            self.again[reason] += 1
        time.sleep(random.uniform(0.05, LONGEST_PAUSE))  # noqa: S311 -- no secret: spreads the tries

    def _note(self, application: Application, response: httpx.Response, seconds: float) -> None:
        if response.status_code != 201:
            self._complain(f"a submission was refused with {response.status_code}: {response.text[:300]}")
            return
        reference = response.json()["reference"]
        with self._lock:
            self.replayed += REPLAYED in response.headers
            self.slowest = max(self.slowest, seconds)
            if self.accepted.setdefault(application.key, reference) != reference:
                self.faults.append(f"one key, two cases: {self.accepted[application.key]} and {reference}")

    def _complain(self, fault: str) -> None:
        with self._lock:
            self.faults.append(fault)


def _headers(application: Application) -> dict[str, str]:
    return {"Authorization": f"Bearer {application.token}", HEADER: application.key}
