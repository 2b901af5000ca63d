"""Usage queries over closed days: duration and memory of DuckDB."""

import json
from functools import partial
from pathlib import Path

from kini.bench import subprocesses
from kini.bench.load_generator import NotMeasured
from kini.bench.workloads import Goal, Measurement, Workload
from kini.wifi.public import storage

#: Minimum number of sessions for the goals to apply.
SESSIONS = 100_000_000
#: Queries: name, grouping, goal in seconds.
ASKED = (("distinct people", storage.WHOLE, 5.0), ("month by area", "area", 10.0))
MEGABYTES = 2_000.0


def workloads(root: Path) -> list[Workload]:
    """Workloads over the closed days of a folder, all of one month (`./kini wifi simulate --first`).

    Raises:
        NotMeasured: there are no closed days, or they span several months.
    """
    days = storage.closed_days(root)
    if len(storage.months_of(days)) != 1:
        raise NotMeasured(f"{root} must hold closed days of one month; ./kini wifi simulate --first makes them.")
    return [
        Workload(name, "", partial(_asked, root, by), Goal(seconds=goal, megabytes=MEGABYTES))
        for name, by, goal in ASKED
    ]


def _asked(root: Path, by: str, _address: str, _seconds: float) -> Measurement:
    """Sessions per second, seconds and peak memory; fewer than SESSIONS are an error."""
    done = subprocesses.run_python(["-m", "kini.bench.wifi.usage_query", str(root), by], errors=None)
    if done.code:
        raise NotMeasured("a question over closed days failed; see above.")
    result = json.loads(done.output)
    few = int(result["sessions"] < SESSIONS)
    seconds = float(result["seconds"])
    return Measurement(result["sessions"] / seconds, errors=few, seconds=seconds, megabytes=done.megabytes)
