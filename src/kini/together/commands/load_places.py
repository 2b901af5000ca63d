"""`./kini together places FILE`: load RW, institutions and small firms that help can be recorded for."""

import argparse
from pathlib import Path

from kini.core import command_line
from kini.core.actors import system
from kini.together import actions
from kini.together.place_table import read_places


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="CSV or Excel: area, kind, name, families, address")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")


def run(options: argparse.Namespace) -> int:
    """Load the table and name every defect; returns 1 for any."""
    rows, table = read_places(options.file)
    if not rows:
        print(*table.errors, sep="\n")
        raise command_line.CommandError(f"there is no valid place in {options.file}.")
    run = actions.import_places(by=system("together places"), rows=rows, table=table, dry_run=options.dry_run)
    print(*table.errors, sep="\n", end="\n" if table.errors else "")
    print(
        f"{'Nothing was changed. It would be: ' if options.dry_run else ''}"
        f"{run.added} places added, {run.changed} changed, {run.unchanged + run.frozen} unchanged,"
        f" {run.faulty} rows rejected."
    )
    return 1 if table.errors else 0
