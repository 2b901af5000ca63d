"""One benchmark from its start to its verdict: every work in several rounds, what the processes used, a row each."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from kini.bench.generator import CONNECTIONS, measure, try_once
from kini.bench.table import Measured, Row, Work, judged
from kini.bench.watching import Use, Watch

ROUNDS = 3


def run(
    works: Sequence[Work],
    addresses: Mapping[str, str],
    watch: Watch,
    seconds: float,
    rounds: int = ROUNDS,
    connections: int = CONNECTIONS,
) -> list[Row]:
    """Try each work once, then measure all of them, several rounds one after the other, and print a row each.

    Args:
        addresses: of the servers that the works name.
        seconds: of each measurement.

    Raises:
        NotMeasured: when a server does not answer as it should.
    """
    for work in works:
        try_once(addresses[work.server], work.requests, work.says)
    found: list[dict[str, Measured]] = []
    uses: dict[str, list[Use]] = {}
    for number in range(rounds):
        found.append({})
        for work in works:
            print(f"\r  round {number + 1} of {rounds}: {work.name:<40}", end="", flush=True)
            watch.begin()
            started = time.monotonic()
            found[-1][work.name] = measure(addresses[work.server], work.requests, seconds, connections)
            uses[work.name] = watch.uses(time.monotonic() - started)
    print("\r" + " " * 70)
    rows = judged(works, found)
    show(rows, uses)
    return rows


def show(rows: Sequence[Row], uses: Mapping[str, Sequence[Use]]) -> None:
    print(f"{'work':<34} {'a second':>9} {'p50 ms':>7} {'p99 ms':>7} {'ratio':>6}  {'goal':<28} verdict")
    for row in rows:
        found = row.measured
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        print(
            f"{row.work.name:<34} {found.per_second:>9.0f} {found.p50_ms:>7.1f} {found.p99_ms:>7.1f} {ratio:>6}  "
            f"{row.work.goal!s:<28} {verdict(row)}"
        )
    print("\nProcesses in the last round (CPU in percent of one core, memory as their own share):")
    for row in rows:
        print(f"  {row.work.name:<34} {' · '.join(map(str, uses[row.work.name]))}")


def verdict(row: Row) -> str:
    if row.measured.errors:
        return f"FALLS SHORT: {row.measured.errors} errors"
    return "holds" if row.holds else "FALLS SHORT"


def write(path: Path, rows: Sequence[Row]) -> None:
    """The rows as JSON, for programs that compare runs."""
    path.write_text(json.dumps({"rows": [row.as_json() for row in rows]}, indent=1) + "\n", "utf-8")
