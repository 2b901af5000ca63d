"""Workloads, goals, measurements and their evaluation against baselines. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal, Self


@dataclass(slots=True)
class BodyStock:
    """Counter of the bodies already sent, for workloads that send each body only once over all rounds."""

    sent: int = 0


@dataclass(frozen=True, slots=True)
class Requests:
    """HTTP requests of the load generator: paths and (for POST) bodies in rotation.

    Attributes:
        headers: values of each header in rotation.
        keyed: every request has its own Idempotency-Key.
        status: expected status; any other is an error.
        stock: set if a body can be sent only once; None: in rotation.
        rate: requests per second over all connections, at random moments; 0: as many as possible.
    """

    paths: Sequence[str]
    method: Literal["GET", "POST"] = "GET"
    bodies: Sequence[str] = ()
    headers: Sequence[tuple[str, Sequence[str]]] = ()
    keyed: bool = False
    status: int = 200
    stock: BodyStock | None = None
    rate: int = 0


@dataclass(frozen=True, slots=True)
class Goal:
    """Goal of a workload.

    Attributes:
        ratio: minimum share of the baseline's requests per second.
        p99_ms: maximum 99th percentile.
        seconds, megabytes: maximum duration and peak memory.
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
class Measurement:
    """Measurement of a workload.

    Attributes:
        errors: unexpected or missing responses, lost or wrong results.
        seconds, megabytes: duration and peak memory of a workload that runs once.
    """

    per_second: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    errors: int = 0
    seconds: float | None = None
    megabytes: float | None = None

    @classmethod
    def of(cls, waited: Iterable[float], seconds: float, errors: int) -> Self:
        """Build from the latency of each response and the total duration in seconds."""
        each = sorted(waited)
        middle, slow = (1000 * each[int(len(each) * part)] if each else 0.0 for part in (0.5, 0.99))
        return cls(len(each) / max(seconds, 1e-9), middle, slow, errors)


@dataclass(frozen=True, slots=True)
class Workload:
    """Workload of a benchmark.

    Attributes:
        server: name of the HTTP server; empty: none.
        does: HTTP requests, or a function (server's address, seconds) that runs and measures the workload.
        yardstick: name of the baseline workload; empty: none.
        says: text that a response must contain, so that no empty page is measured.
        once: run in the last round only, as it takes long.
    """

    name: str
    server: str
    load: Requests | Callable[[str, float], Measurement]
    goal: Goal = Goal()
    baseline: str = ""
    expected_text: str = ""
    once: bool = False


@dataclass(frozen=True, slots=True)
class WorkloadResult:
    """Result of a workload."""

    work: Workload
    measured: Measurement
    ratio: float | None

    @property
    def holds(self) -> bool:
        goal, measured = self.work.goal, self.measured
        return (
            not measured.errors
            and (goal.per_second is None or measured.per_second >= goal.per_second)
            and (goal.ratio is None or (self.ratio or 0) >= goal.ratio)
            and (goal.p99_ms is None or measured.p99_ms <= goal.p99_ms)
            and (goal.seconds is None or (measured.seconds is not None and measured.seconds <= goal.seconds))
            and (goal.megabytes is None or (measured.megabytes is not None and measured.megabytes <= goal.megabytes))
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


def select_workloads(workloads: Sequence[Workload], words: str) -> list[Workload]:
    """Workloads whose names contain `words`, and their baselines."""
    names = {work.name for work in workloads if words.casefold() in work.name.casefold()}
    names |= {work.baseline for work in workloads if work.name in names}
    return [work for work in workloads if work.name in names]


def evaluate(workloads: Sequence[Workload], rounds: Sequence[Mapping[str, Measurement]]) -> list[WorkloadResult]:
    """Evaluate rounds: median of each figure, sum of errors.

    Ratios are computed within a round, as both were measured at nearly the same time.
    """
    return [
        WorkloadResult(work, _middle([each[work.name] for each in rounds if work.name in each]), _ratio(work, rounds))
        for work in workloads
    ]


def _middle(measurements: Sequence[Measurement]) -> Measurement:
    return Measurement(
        median(each.per_second for each in measurements),
        median(each.p50_ms for each in measurements),
        median(each.p99_ms for each in measurements),
        sum(each.errors for each in measurements),
        _most(each.seconds for each in measurements),
        _most(each.megabytes for each in measurements),
    )


def _most(values: Iterable[float | None]) -> float | None:
    return max((each for each in values if each is not None), default=None)


def _ratio(work: Workload, rounds: Sequence[Mapping[str, Measurement]]) -> float | None:
    if not work.baseline:
        return None
    both = [measurements for measurements in rounds if {work.name, work.baseline} <= measurements.keys()]
    return median(
        measurements[work.name].per_second / max(measurements[work.baseline].per_second, 0.001) for measurements in both
    )
