"""Lines of each room that the tests run, and floors below which no room may fall (tests/coverage.json).

A floor is the percentage of a room's lines, rounded down. It rises by itself when more is covered; a commit that lowers
one is seen in review.
"""

import json
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TypedDict

from kini.core.environment import ROOT

FLOORS = ROOT / "tests" / "coverage.json"
FOLDER = ROOT / "var" / "coverage"


class Summary(TypedDict):
    """Statements of a file, as `coverage json` writes them."""

    covered_lines: int
    num_statements: int


def prepare() -> None:
    """Remove what earlier runs measured."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)


def report() -> dict[str, int]:
    """Combine what the processes of a run measured, print and return the percentage of each room."""
    target = FOLDER / "report.json"
    for command in (["combine", "--quiet"], ["json", "--quiet", "-o", str(target)]):
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


def compare() -> int:
    """Compare a run of all tests with the floors and raise those that are exceeded; 1 if a room is below its floor."""
    covered, floors = report(), read()
    below = {room: floor for room, floor in floors.items() if covered.get(room, floor) < floor}
    for room, floor in below.items():
        print(f"coverage: {room} has {covered[room]} % of its lines covered, not {floor} %: add tests.", flush=True)
    write(raised(floors, covered))
    return 1 if below else 0


def raised(floors: Mapping[str, int], covered: Mapping[str, int]) -> dict[str, int]:
    """Return the floors, each at least what is covered now."""
    return {room: max(floors.get(room, 0), covered.get(room, 0)) for room in sorted({*floors, *covered})}


def read() -> dict[str, int]:
    return {str(room): int(floor) for room, floor in json.loads(FLOORS.read_text("utf-8")).items()}


def write(floors: Mapping[str, int]) -> None:
    FLOORS.write_text(json.dumps(floors, indent=2) + "\n", "utf-8")
