"""What a benchmark is: works with their goals, measured beside yardsticks. Pure data, and the judgement over it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal, Self


@dataclass(slots=True)
class Stock:
    """How many of a work's bodies have been sent: a work with a stock sends each of them once, run after run."""

    sent: int = 0


@dataclass(frozen=True, slots=True)
class Requests:
    """What the load generator sends: the paths in turn, and with POST the bodies in turn.

    Attributes:
        headers: sent with every request; where there are several of a name, a request carries the next one in turn.
        keyed: every request carries an Idempotency-Key of its own.
        status: what each answer must have; every other one is an error.
        stock: where a body can be sent only once; None: they are sent in turn, again and again.
        rate: so many requests a second, spread over all connections, and never more; 0: as many as are answered.
    """

    paths: Sequence[str]
    method: Literal["GET", "POST"] = "GET"
    bodies: Sequence[str] = ()
    headers: Sequence[tuple[str, Sequence[str]]] = ()
    keyed: bool = False
    status: int = 200
    stock: Stock | None = None
    rate: int = 0


@dataclass(frozen=True, slots=True)
class Goal:
    """The least that holds.

    Attributes:
        ratio: of the yardstick's requests a second.
        p99_ms: within which 99 of 100 requests are answered.
        seconds, megabytes: within which something is done, and the most memory that it may take.
    """

    per_second: float | None = None
    ratio: float | None = None
    p99_ms: float | None = None
    seconds: float | None = None
    megabytes: float | None = None

    def __str__(self) -> str:
        parts = [
            f"{self.per_second:g}/s" if self.per_second is not None else "",
            f"{self.ratio:.2f} of it" if self.ratio is not None else "",
            f"p99 {self.p99_ms:g} ms" if self.p99_ms is not None else "",
            f"{self.seconds:g} s" if self.seconds is not None else "",
            f"{self.megabytes:g} MB" if self.megabytes is not None else "",
        ]
        return ", ".join(filter(None, parts)) or "-"


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement of a work.

    Attributes:
        errors: answers with another status, and none at all; what was lost or is wrong.
        seconds, megabytes: of what is done once: how long it took, and the most memory.
    """

    per_second: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    errors: int = 0
    seconds: float | None = None
    megabytes: float | None = None

    @classmethod
    def of(cls, waited: Iterable[float], seconds: float, errors: int) -> Self:
        """Answers after so many seconds each, in so many altogether."""
        each = sorted(waited)
        middle, slow = (1000 * each[int(len(each) * part)] if each else 0.0 for part in (0.5, 0.99))
        return cls(len(each) / max(seconds, 1e-9), middle, slow, errors)


@dataclass(frozen=True, slots=True)
class Work:
    """One row of a benchmark.

    Attributes:
        server: of whom it is asked; empty: of none that speaks HTTP.
        does: what is asked of a server by HTTP, or how the work is done and measured by itself: called with the
            server's address and the seconds that a measurement lasts.
        yardstick: name of the work that it is compared with; empty: it is one itself.
        says: words that an answer must hold, so that an empty page is not measured.
        once: measured in the last round alone, as it takes long.
    """

    name: str
    server: str
    does: Requests | Callable[[str, float], Measured]
    goal: Goal = Goal()
    yardstick: str = ""
    says: str = ""
    once: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A work as it was measured, and whether it holds."""

    work: Work
    measured: Measured
    ratio: float | None

    @property
    def holds(self) -> bool:
        goal, found = self.work.goal, self.measured
        return (
            not found.errors
            and (goal.per_second is None or found.per_second >= goal.per_second)
            and (goal.ratio is None or (self.ratio or 0) >= goal.ratio)
            and (goal.p99_ms is None or found.p99_ms <= goal.p99_ms)
            and (goal.seconds is None or (found.seconds is not None and found.seconds <= goal.seconds))
            and (goal.megabytes is None or (found.megabytes is not None and found.megabytes <= goal.megabytes))
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "work": self.work.name,
            "per_second": round(self.measured.per_second, 1),
            "p50_ms": round(self.measured.p50_ms, 2),
            "p99_ms": round(self.measured.p99_ms, 2),
            "ratio": _rounded(self.ratio, 3),
            "seconds": _rounded(self.measured.seconds, 2),
            "megabytes": _rounded(self.measured.megabytes, 0),
            "errors": self.measured.errors,
            "goal": str(self.work.goal),
            "holds": self.holds,
        }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def chosen(works: Sequence[Work], words: str) -> list[Work]:
    """The works whose names hold these words, and the yardsticks of these."""
    wanted = {work.name for work in works if words.casefold() in work.name.casefold()}
    wanted |= {work.yardstick for work in works if work.name in wanted}
    return [work for work in works if work.name in wanted]


def judged(works: Sequence[Work], rounds: Sequence[Mapping[str, Measured]]) -> list[Row]:
    """The rows of a benchmark, of several rounds the middle one for each figure; one error in any round counts.

    Ratios are taken within a round, where both were measured on the same machine at nearly the same time.
    """
    return [
        Row(work, _middle([found[work.name] for found in rounds if work.name in found]), _ratio(work, rounds))
        for work in works
    ]


def _middle(found: Sequence[Measured]) -> Measured:
    return Measured(
        median(each.per_second for each in found),
        median(each.p50_ms for each in found),
        median(each.p99_ms for each in found),
        sum(each.errors for each in found),
        _most(each.seconds for each in found),
        _most(each.megabytes for each in found),
    )


def _most(found: Iterable[float | None]) -> float | None:
    return max((each for each in found if each is not None), default=None)


def _ratio(work: Work, rounds: Sequence[Mapping[str, Measured]]) -> float | None:
    if not work.yardstick:
        return None
    both = [found for found in rounds if {work.name, work.yardstick} <= found.keys()]
    return median(found[work.name].per_second / max(found[work.yardstick].per_second, 0.001) for found in both)
