"""Programs that apply for people and do not give up: each application has a key and is sent until it is answered."""

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
from kini.api.routing import PREFIX

#: Answers after which a program asks again: it was too fast, the key is in use, the city is not there just now.
AGAIN = (408, 409, 429, 500, 502, 503, 504)
PATIENCE = 300.0  # seconds until a submission is given up
LONGEST_PAUSE = 1.0
#: Every so many submissions, a program did not read the answer and asks once more.
FORGETS = 10


@dataclass(frozen=True, slots=True)
class Application:
    """What one program sends: a whole application, for the person whose token it holds."""

    token: str
    body: dict[str, Any]
    key: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass(slots=True)
class Crowd:
    """All programs together.

    Attributes:
        accepted: reference of the case by key, for every submission that was answered.
        faults: what no program may meet, a sentence each.
        again: how often something was sent again, by the reason.
        slowest: seconds that the slowest submission took from its first try to its answer.
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
        """Whether the city takes such an application; then it counts like all others."""
        with httpx.Client(base_url=self.address, timeout=30) as client:
            response = client.post(f"{PREFIX}/cases", json=application.body, headers=_headers(application))
        if response.status_code == 201:
            self._note(application, response, 0.0)
        return response.status_code == 201

    def begin(self, programs: Sequence[Sequence[Application]]) -> None:
        """Let every program send its applications, all at the same time."""
        self._pool = ThreadPoolExecutor(len(programs))
        self._running = [self._pool.submit(self._run, each) for each in programs]

    def done(self) -> bool:
        """Whether every program has finished; an error in one is raised here."""
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
