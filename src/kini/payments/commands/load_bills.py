"""`./kini bills load REGISTER FILE.csv`: load the bills of one register of the pack, as exported by its agency."""

import argparse
from pathlib import Path

from kini.core import command_line
from kini.core.actors import system
from kini.payments import actions
from kini.payments.public import bill_registers, read_bills


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("register", help="register (bills/NAME.yaml of the pack)")
    parser.add_argument("file", type=Path, help="CSV or Excel: object, period, principal, due_on, proof")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")


def run(options: argparse.Namespace) -> int:
    if options.register not in bill_registers():
        names = ", ".join(bill_registers()) or "none"
        raise command_line.CommandError(f'the pack has no register "{options.register}"; there are: {names}.')
    rows, table = read_bills(options.file)
    print(*table.errors, sep="\n", end="\n" if table.errors else "")
    if not rows:
        raise command_line.CommandError(f"there is no valid bill in {options.file}.")
    run = actions.load_bills(
        by=system("bills load"), register=options.register, rows=rows, table=table, dry_run=options.dry_run
    )
    print(
        f"{'Nothing was changed. It would be: ' if options.dry_run else ''}"
        f"{run.added} bills added, {run.changed} changed, {run.unchanged + run.frozen} unchanged,"
        f" {run.faulty} rows rejected."
    )
    if run.pk:
        print(f"Undo this import with ./kini imports --undo {run.pk}")
    return 1 if table.errors else 0
