"""Entries of earlier versions move to the ledger of all rooms without loss, once their seals were verified."""

import json
import os
import subprocess
import sys

import pytest

from kini.core.environment import ROOT
from tests.cases.town import PACK
from tests.cli.test_backup import elsewhere as elsewhere
from tests.cli.test_backup import here as here

PAYMENT = "7d3b1c52-1111-4222-8333-444455556666"

#: A ledger as the version before wrote and sealed it, then the migration.
MIGRATE = """
import json, sys
import django
django.setup()
from django.db import connection, transaction
from kini.core import chain
from kini.core.chain import blocks
from kini.core.database.migration import migrate

migrate("core")
migrate("payments", "0004")
with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute('''
        INSERT INTO payments_ledgerentry (id, key, at, payment_id) VALUES
            (3, 'arrived:PAYMENT', '2026-01-02 03:04:05.6+00', 'PAYMENT'),
            (5, 'settled:bank:R:1', '2026-01-03 00:00:00+00', NULL);
        INSERT INTO payments_posting (entry_id, account, amount) VALUES
            (3, 'provider:bank', 500), (3, 'income:stall-tax', -500),
            (5, 'bank', 490), (5, 'fees:bank', 10), (5, 'unidentified', -500)
    '''.replace("PAYMENT", sys.argv[1]))
chain.chains.register("ledger", chain.Chain("payments_ledgerentry", ("id", "key", "at", "payment_id")))
chain.chains.register("postings", chain.Chain("payments_posting", ("id", "entry_id", "account", "amount")))
assert [block.rows for name in ("ledger", "postings") for block in blocks.seal(name)] == [2, 5]
with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute(sys.argv[2])
migrate("payments")

from kini.ledger.models import Entry
from kini.ledger.public import balances, verification
from kini.payments import ledger
def lines(entry):
    return list(entry.postings.order_by("account").values_list("account", "unit", "amount"))

entries = [[entry.key, entry.subject, entry.at.isoformat(), lines(entry)] for entry in Entry.objects.order_by("pk")]
assert list(verification.differences()) == []
assert "payments_posting" not in connection.introspection.table_names()
print(json.dumps([entries, ledger.balances()]))
"""


def migrate(url: str, tampering: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"DATABASE_URL": url, "KINI_CITY": str(PACK), "PYTHONPATH": str(ROOT / "src")}
    env |= {"DJANGO_SETTINGS_MODULE": "kini.settings", "KINI_LOG_LEVEL": "error"}
    command = [sys.executable, "-c", MIGRATE, PAYMENT, tampering]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def test_every_entry_moves(elsewhere: str) -> None:
    done = migrate(elsewhere, "SELECT 1")
    assert done.returncode == 0, done.stderr
    entries, balances = json.loads(done.stdout)
    assert entries == [
        [
            f"payments:arrived:{PAYMENT}",
            f"payment:{PAYMENT}",
            "2026-01-02T03:04:05.600000+00:00",
            [["payments:income:stall-tax", "IDR", -500], ["payments:provider:bank", "IDR", 500]],
        ],
        [
            "payments:settled:bank:R:1",
            "settlement:R:1",
            "2026-01-03T00:00:00+00:00",
            [
                ["payments:bank", "IDR", 490],
                ["payments:fees:bank", "IDR", 10],
                ["payments:unidentified", "IDR", -500],
            ],
        ],
    ]
    assert balances == {
        "bank": 490,
        "fees:bank": 10,
        "income:stall-tax": -500,
        "provider:bank": 500,
        "unidentified": -500,
    }


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE payments_posting SET account = 'income:other' WHERE account = 'income:stall-tax'",
        "UPDATE core_chainblock SET seal = sha256('x') WHERE chain = 'ledger'",
    ],
)
def test_rows_that_are_not_as_sealed_do_not_move(elsewhere: str, tampering: str) -> None:
    done = migrate(elsewhere, tampering)
    assert done.returncode == 1
    assert "block 1 is not what was sealed, and nothing was moved" in done.stderr
