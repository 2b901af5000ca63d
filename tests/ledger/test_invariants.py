"""The database holds the ledger's invariants, also around Python and under concurrent writers."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kini.ledger.models import Entry
from kini.ledger.public import InsufficientBalance, balance, balances, record_entry, verification

ENTRY = (
    "WITH entry AS (INSERT INTO ledger_entry (key, subject, at, posting_count, reverses_id)"
    " VALUES ('raw', 'test:1', now(), {count}, {reverses}) RETURNING id)"
    " INSERT INTO ledger_posting (entry_id, account, unit, amount)"
    " SELECT id, account, unit, amount FROM entry, (VALUES {lines}) AS line (account, unit, amount)"
)


def run(statement: str) -> None:
    """Execute SQL, with the checks of a commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        connection.check_constraints()


def entry(lines: str, count: int = 2, reverses: str = "NULL") -> str:
    return ENTRY.format(lines=lines, count=count, reverses=reverses)


def test_a_raw_entry_that_balances_is_one(db: None) -> None:
    run(entry("('bank', 'IDR', 5), ('income', 'IDR', -5)"))
    assert balances() == {("bank", "IDR"): 5, ("income", "IDR"): -5}


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        (entry("('bank', 'IDR', 5), ('income', 'IDR', -4)"), "does not balance: its postings in IDR add up to 1"),
        (entry("('bank', 'IDR', 5), ('income', 'EUR', -5)"), "does not balance: its postings in EUR add up to -5"),
        (entry("('bank', 'IDR', 5), ('income', 'IDR', -5)", 3), "does not balance: it has 2 of 3 postings"),
        (entry("('a', 'IDR', 5), ('b', 'IDR', -4), ('c', 'IDR', -1)", 2), "is complete"),
        (entry("('bank', 'IDR', 5)", 1), "ledger_entry_of_two_postings"),
        (entry("('bank', 'IDR', 0), ('income', 'IDR', 0)"), "ledger_posting_of_something"),
        (entry("('bank', 'IDR', 5), ('bank', 'IDR', -5)"), "ledger_account_once_an_entry"),
        (entry("('bank::x', 'IDR', 5), ('income', 'IDR', -5)"), "ledger_account_of_parts"),
        (entry("('bank:', 'IDR', 5), ('income', 'IDR', -5)"), "ledger_account_of_parts"),
        (entry("('bank', '', 5), ('income', '', -5)"), "ledger_unit_named"),
        (entry("('stock:a', 'kg', -5), ('income', 'kg', 5)"), "ledger_stock_not_negative"),
        (entry("('bank', 'IDR', 7), ('income', 'IDR', -7)", reverses="(SELECT min(id) FROM ledger_entry)"), "reverse"),
        (
            "INSERT INTO ledger_entry (key, subject, at, posting_count) VALUES ('raw', 'test:1', now(), 2)",
            "does not balance: it has 0 of 2 postings",
        ),
        (
            "INSERT INTO ledger_entry (key, subject, at, posting_count) VALUES ('raw', 'nobody', now(), 2)",
            "ledger_subject_of_a_type",
        ),
        (
            "INSERT INTO ledger_posting (entry_id, account, unit, amount) SELECT id, 'gift', 'kg', 5 FROM ledger_entry",
            'ledger entry "first" is complete',
        ),
        (
            "INSERT INTO ledger_posting (entry_id, account, unit, amount) SELECT id, a, 'IDR', m FROM ledger_entry,"
            " (VALUES ('gift', 5), ('thief', -5)) AS line (a, m)",
            'ledger entry "first" is complete',
        ),
        ("SELECT ledger_post('first', 'test:1', now(), '{bank,gift}', '{IDR,IDR}', '{5,-5}')", "was used for another"),
        ("SELECT ledger_post('raw', 'test:1', now(), '{bank,gift}', '{IDR,IDR}', '{5,-4}')", "does not balance"),
        ("SELECT ledger_post('raw', 'test:1', now(), '{}', '{}', '{}')", "ledger_entry_of_two_postings"),
        ("SELECT ledger_post('raw', 'test:1', now(), '{bank,gift}', '{IDR}', '{5,-5}')", "not-null"),
        ("UPDATE ledger_entry SET subject = 'test:2'", "append-only"),
        ("DELETE FROM ledger_entry", "append-only"),
        ("UPDATE ledger_posting SET amount = amount * 2", "append-only"),
        ("DELETE FROM ledger_posting", "append-only"),
        ("TRUNCATE ledger_posting", "append-only"),
        ("UPDATE ledger_balance SET balance = 0", "maintained by the database: UPDATE"),
        ("INSERT INTO ledger_balance VALUES ('bank', 'EUR', 5)", "maintained by the database: INSERT"),
        ("DELETE FROM ledger_balance", "maintained by the database: DELETE"),
        ("TRUNCATE ledger_balance", "maintained by the database: TRUNCATE"),
    ],
)
def test_what_breaks_the_ledger_is_refused(db: None, statement: str, refusal: str) -> None:
    postings = [("bank", "IDR", 5), ("income", "IDR", -5)]
    record_entry(key="first", subject="test:1", postings=postings)
    connection.check_constraints()
    with pytest.raises(IntegrityError, match=refusal):
        run(statement)
    assert balances() == {("bank", "IDR"): 5, ("income", "IDR"): -5}
    assert list(verification.differences()) == []


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Run functions in threads that start together; returns their results or exceptions."""
    barrier, results = Barrier(len(deeds)), list[Any]()

    def work(deed: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            results.append(deed())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [Thread(target=work, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_last_doses_are_given_once(transactional_db: None) -> None:
    record_entry(key="in", subject="parcel:1", postings=[("stock:shelf", "dose", 20), ("makers", "dose", -20)])

    def take(worker: int) -> int:
        taken = 0
        for number in range(10):
            try:
                record_entry(
                    key=f"out:{worker}:{number}",
                    subject=f"booking:{worker}-{number}",
                    postings=[("stock:shelf", "dose", -1), ("given", "dose", 1)],
                )
            except InsufficientBalance:
                continue
            taken += 1
        return taken

    results = at_once(*(lambda worker=worker: take(worker) for worker in range(6)))
    assert sum(results) == 20
    assert balances() == {("given", "dose"): 20, ("makers", "dose"): -20, ("stock:shelf", "dose"): 0}
    assert Entry.objects.filter(key__startswith="out:").count() == 20
    assert list(verification.differences()) == []


def test_a_key_that_comes_at_the_same_time_is_one_entry(transactional_db: None) -> None:
    def record() -> int:
        return record_entry(key="once", subject="test:1", postings=[("bank", "IDR", 5), ("income", "IDR", -5)])

    results = at_once(*[record] * 6)
    assert results == [Entry.objects.get().pk] * 6
    assert balance("bank", "IDR") == 5


def test_entries_in_any_order_of_accounts_do_not_wait_for_each_other(transactional_db: None) -> None:
    def work(worker: int) -> None:
        lines = [("a", "IDR", 1), ("b", "IDR", 1), ("c", "IDR", -2)]
        for number in range(20):
            ordered = lines if worker % 2 else lines[::-1]
            record_entry(key=f"{worker}:{number}", subject="test:1", postings=ordered)

    assert at_once(*(lambda worker=worker: work(worker) for worker in range(4))) == [None] * 4
    assert balances() == {("a", "IDR"): 80, ("b", "IDR"): 80, ("c", "IDR"): -160}


def test_a_rolled_back_entry_leaves_nothing(db: None) -> None:
    with transaction.atomic():
        record_entry(key="first", subject="test:1", postings=[("bank", "IDR", 5), ("income", "IDR", -5)])
        transaction.set_rollback(True)
    assert balances() == {}
