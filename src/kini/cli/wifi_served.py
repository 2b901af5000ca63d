"""`./kini wifi served`: usage of the network over closed days; small counts are suppressed."""

import argparse
import sys
from contextlib import nullcontext
from datetime import date
from pathlib import Path

from kini.cli import console
from kini.core.actors import system
from kini.web import downloads
from kini.wifi.served import counting, layout, rules, upkeep


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY", help="first day (the first)")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY", help="last day (the last)")
    parser.add_argument("--by", choices=counting.WAYS, default=layout.WHOLE, help="what figures are told by (city)")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the figures there as CSV")
    parser.add_argument("--close", action="store_true", help="close days that are over first, as the worker does")
    parser.add_argument("--folder", type=Path, default=layout.folder(), help="folder of closed days (wifi in KINI_VAR)")


def run(options: argparse.Namespace) -> int:
    if options.close:
        closed = upkeep.close(system("wifi served"), options.folder)
        print(f"{len(closed)} days closed.", file=sys.stderr)
    days = layout.days(options.folder)
    if not days:
        raise console.Fault(f"no day is closed yet in {options.folder}; the worker closes days, or --close does.")
    first, last = options.first or days[0], options.last or days[-1]
    if first > last:
        raise console.Fault(f"there is no day from {first} to {last}; --from must not be after --to.")
    found = counting.answer(options.folder, first, last, options.by)
    names = ("of", *counting.FIGURES)
    rows = rules.shown(sorted(found.rows, key=lambda row: (len(row["of"]), row["of"])))
    with options.csv.open("w", encoding="utf-8", newline="") if options.csv else nullcontext(sys.stdout) as out:
        downloads.write(out, names, ([row[name] for name in names] for row in rows))
    print(_about(first, last, found.exact, rows), file=sys.stderr)
    return 0


def _about(first: date, last: date, exact: bool, rows: list[dict[str, int | None]]) -> str:
    said = [f"{first} to {last}."]
    if any(row["sessions"] is None for row in rows):
        said.append(
            f"Rows with fewer than {rules.LEAST} people or devices are empty, and others that would give them away."
        )
    if not exact:
        split = all(row["people"] is None for row in rows)
        said.append(
            "Pseudonyms change each month: people and devices are told for days within a month, and for whole months."
            if split
            else "People and devices are counted by sketches (within 1 %, one standard deviation 0.3 %)."
        )
    return " ".join(said)
