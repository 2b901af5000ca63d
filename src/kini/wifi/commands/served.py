"""`./kini wifi served`: usage of the network over closed days; small counts are suppressed."""

import argparse
import sys
from contextlib import nullcontext
from datetime import date
from pathlib import Path

from kini.analytics import disclosure
from kini.core import command_line
from kini.core.actors import system
from kini.web import downloads
from kini.wifi.public import aggregates, rollup_schedule, storage


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY", help="first day (the first)")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY", help="last day (the last)")
    parser.add_argument(
        "--by", choices=aggregates.BREAKDOWNS, default=storage.WHOLE, help="dimension of the figures (city)"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the figures to this file as CSV")
    parser.add_argument("--close", action="store_true", help="first close finished days, as the worker does")
    parser.add_argument(
        "--folder", type=Path, default=storage.storage_folder(), help="folder of closed days (wifi in KINI_VAR)"
    )


def run(options: argparse.Namespace) -> int:
    if options.close:
        closed = rollup_schedule.close_due_days(system("wifi served"), options.folder)
        print(f"{len(closed)} days closed.", file=sys.stderr)
    days = storage.closed_days(options.folder)
    if not days:
        raise command_line.CommandError(f"{options.folder} has no closed days; the worker closes days, or use --close.")
    first, last = options.first or days[0], options.last or days[-1]
    if first > last:
        raise command_line.CommandError(f"--from ({first}) must not be after --to ({last}).")
    answer = aggregates.usage_report(options.folder, first, last, options.by)
    names = ("of", *aggregates.FIGURES)
    rows = disclosure.suppress_small_counts(sorted(answer.rows, key=lambda row: (len(row["of"]), row["of"])))
    with options.csv.open("w", encoding="utf-8", newline="") if options.csv else nullcontext(sys.stdout) as out:
        downloads.write_csv(out, names, ([row[name] for name in names] for row in rows))
    print(_about(first, last, answer.exact, rows), file=sys.stderr)
    return 0


def _about(first: date, last: date, exact: bool, rows: list[dict[str, int | None]]) -> str:
    remarks = [f"{first} to {last}."]
    if any(row["sessions"] is None for row in rows):
        remarks.append(
            f"Rows with fewer than {disclosure.SMALLEST_COUNT} people or devices are suppressed, "
            "and others that would give them away."
        )
    if not exact:
        split = all(row["people"] is None for row in rows)
        remarks.append(
            "Pseudonyms change each month: people and devices are counted only within one month, or for whole months."
            if split
            else "People and devices are counted by sketches (within 1 %, one standard deviation 0.3 %)."
        )
    return " ".join(remarks)
