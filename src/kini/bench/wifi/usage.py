"""Usage of a month: duration and memory of counting its closed days, and of questions about it."""

import json
from functools import partial
from pathlib import Path

from kini.bench import subprocesses
from kini.bench.load_generator import NotMeasured
from kini.bench.workloads import Goal, Measurement, Workload
from kini.wifi.public import aggregates, storage

#: Minimum number of sessions for the goals to apply.
SESSIONS = 100_000_000
#: Goals in seconds: the count of a month in all dimensions, and a question in one.
COUNTED, ASKED = 180.0, 10.0
MEGABYTES = 1_400.0


def workloads(root: Path) -> list[Workload]:
    """Workloads over the closed days of a folder, all of one month (`./kini wifi simulate --first`).

    Raises:
        NotMeasured: there are no closed days, or they span several months.
    """
    if len(storage.months_of(storage.closed_days(root))) != 1:
        raise NotMeasured(f"{root} must hold closed days of one month; ./kini wifi simulate --first makes them.")
    return [
        Workload("month counted", "", partial(_measure, root, "count"), Goal(seconds=COUNTED, megabytes=MEGABYTES)),
        *(
            Workload(f"month by {by}", "", partial(_measure, root, by), Goal(seconds=ASKED, megabytes=MEGABYTES))
            for by in aggregates.BREAKDOWNS
        ),
    ]


def _measure(root: Path, question: str, _address: str, _seconds: float) -> Measurement:
    """Sessions per second, seconds and peak memory; fewer than SESSIONS are an error."""
    done = subprocesses.run_python(["-m", "kini.bench.wifi.usage_query", str(root), question], errors=None)
    if done.code:
        raise NotMeasured("a question over closed days failed; see above.")
    result = json.loads(done.output)
    few = int(result["sessions"] < SESSIONS)
    seconds = float(result["seconds"])
    return Measurement(result["sessions"] / seconds, errors=few, seconds=seconds, megabytes=done.megabytes)
