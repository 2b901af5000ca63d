"""Lines of each room that its own tests run, and floors below which no room may fall (tests/coverage.json).

A floor is the percentage of a room's lines that `./kini test --coverage -- tests/ROOM` runs, rounded down: a room is
measured alone, in minutes, without the long tests. It rises by itself when more is covered; a commit that lowers one is
seen in review. A run of all tests covers at least as much, so it is compared with the same floors, and raises none.
"""

import json
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TypedDict

from kini.core.environment import ROOT

FLOORS = ROOT / "tests" / "coverage.json"
FOLDER = ROOT / "var" / "coverage"
SOURCE = ROOT / "src" / "kini"
ADVICE = (
    "coverage: {room} has {covered} % of its lines covered, not {floor} %. See which are not: .venv/bin/python -m "
    "coverage report -m --skip-covered --include 'src/kini/{room}/*'; test them in tests/{room}, or delete them. Lower "
    "the floor in tests/coverage.json only with the reason in the commit."
)


class Summary(TypedDict):
    """Statements of a file, as `coverage json` writes them."""

    covered_lines: int
    num_statements: int


def prepare() -> None:
    """Remove what earlier runs measured."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)


def report(rooms: Collection[str] = ()) -> dict[str, int]:
    """Combine what the processes of a run measured, print and return the percentage of each room, or of these.

    Only files of these rooms are read again to count their lines.
    """
    target = FOLDER / "report.json"
    only = [f"--include={','.join(f'src/kini/{room}/*' for room in rooms)}"] if rooms else []
    for command in (["combine", "--quiet"], ["json", "--quiet", "-o", str(target), *only]):
        subprocess.run([sys.executable, "-m", "coverage", *command], cwd=ROOT, check=True)
    files = json.loads(target.read_text("utf-8"))["files"]
    covered = percentages({path: each["summary"] for path, each in files.items()})
    print("covered lines: " + ", ".join(f"{room} {percent} %" for room, percent in covered.items()), flush=True)
    return covered


def percentages(files: Mapping[str, Summary]) -> dict[str, int]:
    """Return the percentage of covered statements by room (folder below `src/kini`), rounded down."""
    covered: defaultdict[str, int] = defaultdict(int)
    statements: defaultdict[str, int] = defaultdict(int)
    for path, summary in files.items():
        parts = PurePosixPath(path).parts
        if len(parts) > 3:
            covered[parts[2]] += summary["covered_lines"]
            statements[parts[2]] += summary["num_statements"]
    return {room: 100 * covered[room] // statements[room] for room in sorted(statements) if statements[room]}


def rooms_of(arguments: Sequence[str]) -> list[str]:
    """Return the rooms whose tests are run whole: those of arguments that are just `tests/ROOM`."""
    parts = [PurePosixPath(each).parts for each in arguments]
    return [each[1] for each in parts if len(each) == 2 and each[0] == "tests" and (SOURCE / each[1]).is_dir()]


def compare(rooms: Collection[str] = ()) -> int:
    """Compare a run that passed with the floors, and print what to do; 1 if a room is below its floor.

    Args:
        rooms: whose own tests ran, and whose floors are raised; empty: all tests ran.
    """
    covered, floors = report(rooms), read()
    compared = {room: floor for room, floor in floors.items() if not rooms or room in rooms}
    below = {room: floor for room, floor in compared.items() if covered.get(room, 0) < floor}
    for room, floor in below.items():
        print(ADVICE.format(room=room, covered=covered.get(room, 0), floor=floor), flush=True)
    measured = {room: percent for room, percent in covered.items() if room in rooms}
    write({room: max(floors.get(room, 0), measured.get(room, 0)) for room in sorted({*floors, *measured})})
    return 1 if below else 0


def read() -> dict[str, int]:
    return {str(room): int(floor) for room, floor in json.loads(FLOORS.read_text("utf-8")).items()}


def write(floors: Mapping[str, int]) -> None:
    FLOORS.write_text(json.dumps(floors, indent=2) + "\n", "utf-8")
