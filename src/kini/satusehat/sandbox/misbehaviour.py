"""Misbehaviour on demand: slow, failing, losing and doubling answers, revoked tokens."""

import random
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

#: Faults of a request, of which at most one is drawn.
KINDS = ("fail", "drop", "twice", "lose", "revoke")


@dataclass(slots=True)
class Faults:
    """Shares of requests (0 to 1) that meet a fault; drawn by a seeded generator.

    Attributes:
        delay: seconds [median, 99th percentile] of a log-normal distribution; one number: the same for all.
        fail: answered with one of `statuses` and not processed.
        drop: the connection ends before the request is processed.
        twice: processed twice, as after a repetition in the network; the second answer is sent.
        lose: processed, and the connection ends without an answer.
        revoke: all tokens are revoked before it is processed.
        retry_after: seconds in the header of 429 and 503.
        methods: methods that meet faults.
        paths: beginnings of paths that do.
        first: number of matching requests that meet the one fault with share 1, and then no more; 0: no limit.
    """

    delay: Sequence[float] | float = 0.0
    fail: float = 0.0
    drop: float = 0.0
    twice: float = 0.0
    lose: float = 0.0
    revoke: float = 0.0
    statuses: Sequence[int] = (500, 502, 503, 504, 429)
    retry_after: int = 1
    methods: Sequence[str] = ("GET", "POST", "PUT", "PATCH")
    paths: Sequence[str] = ("/fhir-r4/v1",)
    first: int = 0
    seed: int = 1

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Faults":
        """Faults by JSON.

        Raises:
            ValueError: for an unknown fault, or shares that make more than 1.
        """
        if unknown := set(values) - {each.name for each in fields(cls)}:
            raise ValueError(f"no such fault: {', '.join(sorted(unknown))}")
        faults = cls(**values)
        if sum(getattr(faults, kind) for kind in KINDS) > 1:
            raise ValueError("the shares of faults make more than 1")
        return faults


@dataclass(frozen=True, slots=True)
class Misfortune:
    """Fate of one request.

    Attributes:
        kind: of `KINDS`; empty: nothing.
        delay: seconds before it is processed.
        status: of the answer, if it fails.
    """

    kind: str = ""
    delay: float = 0.0
    status: int = 500


@dataclass
class Misbehaviour:
    """Fate of each request, drawn by a seeded generator.

    Attributes:
        drawn: how often each fault was drawn.
    """

    faults: Faults = field(default_factory=Faults)
    drawn: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self.change(self.faults)

    def change(self, faults: Faults) -> None:
        with self._lock:
            self.faults = faults
            self._random = random.Random(faults.seed)  # noqa: S311 -- not for secrets
            self._matching = 0

    def draw(self, method: str, path: str) -> Misfortune:
        with self._lock:
            faults = self.faults
            if method not in faults.methods or not path.startswith(tuple(faults.paths)):
                return Misfortune()
            self._matching += 1
            delay = self._delay(faults.delay)
            if faults.first and self._matching > faults.first:
                return Misfortune(delay=delay)
            point, kind = self._random.random(), ""
            for each in KINDS:
                point -= getattr(faults, each)
                if point < 0:
                    kind = each
                    break
            if kind:
                self.drawn[kind] += 1
            return Misfortune(kind, delay, self._random.choice(faults.statuses))

    def _delay(self, delay: Sequence[float] | float) -> float:
        if isinstance(delay, int | float):
            return delay
        median, late = delay
        return float(median * (late / median) ** (self._random.gauss() / 2.326))
