"""`./kini bills load REGISTER FILE.csv`: load the bills of one register of the pack, as exported by its agency."""

import argparse
from pathlib import Path

from kini.cli import console
from kini.core.actors import system
from kini.payments import actions
from kini.payments.tariffs import bill_registers, read_bills


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("register", help="register (bills/NAME.yaml of the pack)")
    parser.add_argument("file", type=Path, help="CSV with the columns object, period, principal, due_on, proof")


def run(options: argparse.Namespace) -> int:
    if options.register not in bill_registers():
        names = ", ".join(bill_registers()) or "none"
        raise console.CommandError(f'the pack has no register "{options.register}"; there are: {names}.')
    try:
        rows, faults = read_bills(options.file)
    except (OSError, UnicodeDecodeError) as error:
        raise console.CommandError(f"{options.file} cannot be read ({error}); give a CSV file in UTF-8.") from None
    for fault in faults:
        print(f"{options.file.name}, {fault}")
    added, changed = actions.load_bills(by=system("bills load"), register=options.register, rows=rows)
    print(
        f"{added} bills added, {changed} changed, {len(rows) - added - changed} unchanged, {len(faults)} rows rejected."
    )
    return 1 if faults else 0
