"""`./kini payments reconcile PROVIDER FILE.csv`: match a provider's settlement file with our payments."""

import argparse
import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from kini.cli import console
from kini.core.actors import system
from kini.payments import actions, ledger, queries
from kini.payments.providers.base import SettlementLine

#: Results that need manual work.
TO_LOOK_AT = ("unknown", "another amount", "paid twice")
#: Payments older than this before the last day of a file should be settled.
LATE = timedelta(days=3)
COLUMNS = ("provider_reference", "reference", "amount", "fee", "paid_at", "settled_on")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("provider", help="provider, as named in KINI_PAYMENTS")
    parser.add_argument("file", type=Path, help=f"CSV with the columns {', '.join(COLUMNS)}")


def run(options: argparse.Namespace) -> int:
    verdicts: Counter[str] = Counter()
    rows = list(lines(options.file))
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


def lines(path: Path) -> Iterator[tuple[int, SettlementLine]]:
    """Parse all lines of the file.

    Raises:
        console.CommandError: with the number of an invalid line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(enumerate(csv.DictReader(file), 2))
    except (OSError, UnicodeDecodeError) as error:
        raise console.CommandError(f"{path} cannot be read ({error}); give a CSV file in UTF-8.") from None
    settlements = []
    for number, row in rows:
        try:
            settlements.append((number, settled(row)))
        except (KeyError, ValueError, TypeError):
            raise console.CommandError(
                f"{path}, line {number} cannot be read; the columns are {', '.join(COLUMNS)}."
            ) from None
    yield from settlements


def settled(row: dict[str, str]) -> SettlementLine:
    return SettlementLine(
        provider_reference=row["provider_reference"].strip(),
        reference=row["reference"].strip().replace("-", ""),
        amount=int(row["amount"]),
        fee=int(row["fee"] or 0),
        paid_at=datetime.fromisoformat(row["paid_at"]),
        on=date.fromisoformat(row["settled_on"]),
    )
