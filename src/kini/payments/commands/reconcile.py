"""`./kini payments reconcile PROVIDER FILE.csv`: match a provider's settlement file with our payments."""

import argparse
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from kini.core import command_line
from kini.core.actors import system
from kini.core.table_import import CellError, Row, Table, Unreadable
from kini.payments import actions, queries
from kini.payments.public import SettlementLine, ledger

#: Results that need manual work.
TO_LOOK_AT = ("unknown", "another amount", "paid twice")
#: Payments older than this before the last day of a file should be settled.
LATE = timedelta(days=3)
COLUMNS = ("provider_reference", "reference", "amount", "fee", "paid_at", "settled_on")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("provider", help="provider, as named in KINI_PAYMENTS")
    parser.add_argument("file", type=Path, help=f"CSV or Excel with the columns {', '.join(COLUMNS)}")


def run(options: argparse.Namespace) -> int:
    verdicts: Counter[str] = Counter()
    rows = lines(options.file)
    for number, row in rows:
        verdict = actions.record_settlement(by=system("reconcile"), provider=options.provider, row=row)
        verdicts[verdict] += 1
        if verdict in TO_LOOK_AT:
            print(f"line {number}: {row.provider_reference} over {row.amount}: {verdict}")
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())) or "The file is empty.")
    missing = (
        list(queries.unsettled_payments(options.provider, max(row.on for _number, row in rows) - LATE)) if rows else []
    )
    for payment in missing:
        print(f"not settled: {payment.pk.hex} over {payment.received}, paid {payment.paid_at:%Y-%m-%d %H:%M}")
    for account, amount in ledger.balances().items():
        print(f"  {account:<40} {amount:>18,}")
    return 1 if missing or any(verdicts[verdict] for verdict in TO_LOOK_AT) else 0


def lines(path: Path) -> list[tuple[int, SettlementLine]]:
    """Parse all lines of the file.

    Raises:
        command_line.CommandError: with every error of the file; no line is returned then.
    """
    table = Table(path.name, path)
    try:
        parsed = [(row.line, row.value) for row in table.read(_settlement_line, required=COLUMNS)]
    except Unreadable as error:
        table.errors += error.errors
    if table.errors:
        print(*table.errors, sep="\n")
        raise command_line.CommandError(f"{path} was not read; correct the lines above.")
    return parsed


def _settlement_line(row: Row[None]) -> SettlementLine:
    def cell[T](column: str, parse: Callable[[str], T], remedy: str) -> T:
        try:
            return parse(row.text(column))
        except ValueError:
            raise CellError(column, "cannot be read", remedy) from None

    return SettlementLine(
        provider_reference=row.text("provider_reference"),
        reference=row.text("reference").replace("-", ""),
        amount=cell("amount", int, "Write whole units, digits only."),
        fee=cell("fee", lambda text: int(text or 0), "Write whole units, digits only, or leave it empty."),
        paid_at=cell("paid_at", datetime.fromisoformat, "Write 2026-12-31T14:05:00+07:00."),
        on=cell("settled_on", date.fromisoformat, "Write 2026-12-31."),
    )
