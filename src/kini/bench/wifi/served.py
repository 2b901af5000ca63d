"""Questions over closed days of use: how long DuckDB takes on this machine, and how much memory."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from kini.bench.generator import NotMeasured
from kini.bench.table import Goal, Measured, Work
from kini.wifi.served import layout

#: The least of sessions that a goal is about.
SESSIONS = 100_000_000
#: What is asked, by what, within so many seconds and megabytes.
ASKED = (("distinct people", layout.WHOLE, 5.0), ("month by area", "area", 10.0))
MEGABYTES = 2_000.0


def works(root: Path) -> list[Work]:
    """The rows of a table for the closed days of a folder, all of one month (`./kini wifi simulate --first`).

    Raises:
        NotMeasured: when there are none, or of several months.
    """
    days = layout.days(root)
    if len(layout.months(days)) != 1:
        raise NotMeasured(f"{root} must hold closed days of one month; ./kini wifi simulate --first makes them.")
    return [
        Work(name, "", partial(_asked, root, by), Goal(seconds=goal, megabytes=MEGABYTES)) for name, by, goal in ASKED
    ]


def _asked(root: Path, by: str, _address: str, _seconds: float) -> Measured:
    """Sessions a second, seconds, and the most memory; fewer sessions than the goal is about are an error."""
    command = [sys.executable, "-m", "kini.bench.wifi.asking", str(root), by]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    said = child.stdout.read()
    child.stdout.close()
    _pid, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise NotMeasured("a question over closed days failed; see above.")
    found = json.loads(said)
    kilobytes = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    few = int(found["sessions"] < SESSIONS)
    seconds = float(found["seconds"])
    return Measured(found["sessions"] / seconds, errors=few, seconds=seconds, megabytes=kilobytes * 1024 / 1e6)
