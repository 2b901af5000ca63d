"""Tampering past the triggers is found: by `check ledger` where sums differ, by the chains where anything does."""

from argparse import Namespace

import pytest
from django.db import connection, transaction

from kini.core import chain
from kini.core.chain import blocks
from kini.core.models import ChainProposal
from kini.ledger.commands import check_ledger
from kini.ledger.public import record_entry, verification

pytestmark = pytest.mark.django_db


def behind(statement: str) -> None:
    """Execute SQL past the triggers, as an attacker with the owner's rights."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.fixture(autouse=True)
def sealed() -> None:
    """Two entries in sealed blocks."""
    record_entry(key="one", subject="payment:1", postings=[("bank", "IDR", 5), ("income", "IDR", -5)])
    record_entry(key="two", subject="payment:2", postings=[("bank", "IDR", 7), ("income", "IDR", -7)])
    connection.check_constraints()
    blocks.seal_all()
    ChainProposal.objects.update(writers=[])  # the test's own transaction
    blocks.seal_all()
    assert chain_findings() == []


def chain_findings() -> list[str]:
    return [each for name in ("ledger-entries", "ledger-postings") for each in chain.verify(name).findings]


TAMPERING = {
    "UPDATE ledger_posting SET amount = 6 WHERE account = 'bank' AND amount = 5": [
        "account bank holds 12 IDR, but its postings add up to 13",
        'entry "one" does not balance: its postings in IDR add up to 1',
    ],
    "UPDATE ledger_posting SET account = 'mine' WHERE account = 'bank' AND amount = 5": [
        "account bank holds 12 IDR, but its postings add up to 7",
        "account mine holds 0 IDR, but its postings add up to 5",
    ],
    "DELETE FROM ledger_posting WHERE entry_id = (SELECT id FROM ledger_entry WHERE key = 'two')": [
        "account bank holds 12 IDR, but its postings add up to 5",
        "account income holds -12 IDR, but its postings add up to -5",
        'entry "two" has 0 of 2 postings',
    ],
    "UPDATE ledger_posting SET amount = amount * 2 WHERE abs(amount) = 7;"
    " UPDATE ledger_balance SET balance = 19 * sign(balance)": [],
    "UPDATE ledger_entry SET subject = 'payment:3' WHERE key = 'one'": [],
}


@pytest.mark.parametrize(("statement", "findings"), TAMPERING.items())
def test_changed_records_are_found(statement: str, findings: list[str]) -> None:
    behind(statement)
    assert list(verification.differences()) == findings
    assert chain_findings() != []


def test_a_deleted_entry_is_found() -> None:
    behind("DELETE FROM ledger_entry WHERE key = 'one'")
    assert [each.partition(" to ")[2] for each in verification.differences()] == [
        "bank has no entry",
        "income has no entry",
    ]
    assert chain_findings() != []


def test_changed_balances_are_found_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_ledger.run(Namespace()) == 0
    assert capsys.readouterr().out == "2 entries, 4 postings, 2 balances; 0 differences.\n"
    behind("UPDATE ledger_balance SET balance = 13 WHERE account = 'bank'")
    behind("INSERT INTO ledger_balance VALUES ('gift', 'parcel', 1)")
    assert check_ledger.run(Namespace()) == 1
    assert capsys.readouterr().out.splitlines() == [
        "account bank holds 13 IDR, but its postings add up to 12",
        "account gift holds 1 parcel, but its postings add up to 0",
        "2 entries, 4 postings, 2 balances; 2 differences.",
    ]
