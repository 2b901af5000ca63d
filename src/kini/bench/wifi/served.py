"""Usage queries over closed days: duration and memory of DuckDB."""

import json
from functools import partial
from pathlib import Path

from kini.bench import commands
from kini.bench.generator import NotMeasured
from kini.bench.table import Goal, Measured, Work
from kini.wifi.served import layout

#: Minimum number of sessions for the goals to apply.
SESSIONS = 100_000_000
#: Queries: name, grouping, goal in seconds.
ASKED = (("distinct people", layout.WHOLE, 5.0), ("month by area", "area", 10.0))
MEGABYTES = 2_000.0


def works(root: Path) -> list[Work]:
    """Workloads over the closed days of a folder, all of one month (`./kini wifi simulate --first`).

    Raises:
        NotMeasured: there are no closed days, or they span several months.
    """
    days = layout.days(root)
    if len(layout.months(days)) != 1:
        raise NotMeasured(f"{root} must hold closed days of one month; ./kini wifi simulate --first makes them.")
    return [
        Work(name, "", partial(_asked, root, by), Goal(seconds=goal, megabytes=MEGABYTES)) for name, by, goal in ASKED
    ]


def _asked(root: Path, by: str, _address: str, _seconds: float) -> Measured:
    """Sessions per second, seconds and peak memory; fewer than SESSIONS are an error."""
    done = commands.run(["-m", "kini.bench.wifi.asking", str(root), by], errors=None)
    if done.code:
        raise NotMeasured("a question over closed days failed; see above.")
    found = json.loads(done.said)
    few = int(found["sessions"] < SESSIONS)
    seconds = float(found["seconds"])
    return Measured(found["sessions"] / seconds, errors=few, seconds=seconds, megabytes=done.megabytes)
