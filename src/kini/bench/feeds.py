"""`./kini bench feeds`: loading a timetable, and next departures of a stop at a steady rate."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from django.urls import reverse

from kini.bench import baselines, gtfs_sample, subprocesses
from kini.bench.load_generator import NotMeasured
from kini.bench.services import BROWSER
from kini.bench.workloads import Goal, Requests, Workload
from kini.city.public import pack
from kini.core import current_time
from kini.feeds.models import Stop
from kini.feeds.public import feed_config
from kini.feeds.queries import SERVED
from kini.web.formats import city_time

CONNECTIONS = 32
#: Steady requests per second, below saturation.
RATE = 100
MOST_SECONDS, MOST_MB = 20.0, 400.0


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Wall time, CPU time (seconds) and peak memory (MB) of loading."""

    seconds: float
    cpu: float
    peak: float

    def __str__(self) -> str:
        return (
            f"Loaded in {self.seconds:.1f} s ({self.cpu:.1f} s of a core), {self.peak:.0f} MB at most; "
            f"goal: {MOST_SECONDS:.0f} s, {MOST_MB:.0f} MB."
        )

    def shortfalls(self) -> list[str]:
        """Missed goals, a sentence each."""
        missed = ["Loading takes too long."] if self.seconds > MOST_SECONDS else []
        return [*missed, "Loading takes too much memory."] if self.peak > MOST_MB else missed


def load(file: Path | None) -> LoadResult:
    """Load a timetable with the operators' command; without a file a generated one of the same size.

    Raises:
        NotMeasured: the pack has no timetable feed, or loading failed.
    """
    name = _feed()
    with tempfile.TemporaryDirectory(prefix="kini-timetable-") as folder:
        made_up = Path(folder) / "made-up.zip"
        if file is None:
            made_up.write_bytes(gtfs_sample.build_gtfs(pack.current().center, city_time(current_time.now()).date()))
        done = subprocesses.run_python(["-m", "kini.cli", "feeds", "load", name, str(file or made_up)])
    if not Stop.objects.filter(timetable__current=True).exists():
        raise NotMeasured(f"the timetable was not loaded: {done.output.strip()[-300:]}")
    return LoadResult(done.seconds, done.cpu, done.megabytes)


def _feed() -> str:
    for name, feed in feed_config.feeds().items():
        if feed.source.format == "gtfs":
            return name
    raise NotMeasured("the pack has no feed with a timetable.")


def workloads() -> list[Workload]:
    """Workloads of this benchmark."""
    name = _feed()
    stop_codes = Stop.objects.filter(SERVED).values_list("code", flat=True)
    codes = sorted(stop_codes)
    Random(1).shuffle(codes)  # noqa: S311 -- no secret: the same order every time
    rows = baselines.create_rows(10_000)
    select = [f"/select/{row}" for row in rows]
    stops: Sequence[str] = [reverse("feeds:stop", args=[name, code]) for code in codes]
    return [
        Workload("one indexed SELECT", "bare", Requests(select), expected_text="yardstick"),
        Workload(f"one indexed SELECT, {RATE}/s", "bare", Requests(select, rate=RATE), expected_text="yardstick"),
        Workload(
            f"next departures, {RATE}/s",
            "kini",
            Requests(stops, headers=BROWSER, rate=RATE),
            Goal(p99_ms=50),
            expected_text="</html>",
        ),
        Workload("next departures", "kini", Requests(stops, headers=BROWSER), expected_text="</html>"),
    ]
