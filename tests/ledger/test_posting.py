"""Entries balance in each unit, each key once, and a reversal is the exact opposite."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kini.core import current_time
from kini.core.database.prepared_statements import execute_prepared
from kini.ledger.models import Balance, Entry, Posting
from kini.ledger.public import (
    AlreadyReversed,
    InsufficientBalance,
    KeyReused,
    balance,
    balances,
    entries_of,
    record_entry,
    reverse_entry,
    verification,
)

pytestmark = pytest.mark.django_db

DOSE = "dose:covid-19/AB 12"
SHELF, ARMS = "stock:vaccination:site-1:shelf", "vaccination:given"


def checked() -> None:
    """Run the checks of a commit."""
    connection.check_constraints()


def test_balances_are_the_sums_of_postings(post: Callable[..., int]) -> None:
    post(("bank", "IDR", 500), ("income:tax", "IDR", -500))
    post(("bank", "IDR", -20), ("fees", "IDR", 20), (SHELF, DOSE, 3), ("vaccination:makers", DOSE, -3))
    checked()
    assert balances() == {
        ("bank", "IDR"): 480,
        ("fees", "IDR"): 20,
        ("income:tax", "IDR"): -500,
        (SHELF, DOSE): 3,
        ("vaccination:makers", DOSE): -3,
    }
    assert balance("bank", "IDR") == 480
    assert balance("bank", DOSE) == balance("income", "IDR") == 0
    assert list(verification.differences()) == []


def test_a_branch_has_its_account_and_those_below(post: Callable[..., int]) -> None:
    post(("a", "kg", 1), ("a:b", "kg", 2), ("a:b:c", "g", 4), ("ab", "kg", -3), ("a%b", "g", -4))
    assert balances("a") == {("a", "kg"): 1, ("a:b", "kg"): 2, ("a:b:c", "g"): 4}
    assert balances("a", "g") == {("a:b:c", "g"): 4}
    assert balances("a%") == balances("a:") == {}


def test_an_entry_has_a_subject_a_time_and_its_postings(post: Callable[..., int]) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    with current_time.freeze(now):
        post(("bank", "IDR", 5), ("income", "IDR", -5), subject="payment:1")
    post(("bank", "IDR", 6), ("income", "IDR", -6), subject="payment:2")
    [entry] = entries_of("payment:1")
    assert (entry.at, entry.posting_count, str(entry)) == (now, 2, "test:1")
    assert [(line.account, line.unit, line.amount) for line in entry.postings.all()] == [
        ("bank", "IDR", 5),
        ("income", "IDR", -5),
    ]


def test_postings_to_one_account_are_added_up_and_zeros_left_out(post: Callable[..., int]) -> None:
    post(("bank", "IDR", 3), ("bank", "IDR", 4), ("fees", "IDR", 0), ("income", "IDR", -7))
    assert sorted(Posting.objects.values_list("account", "amount")) == [("bank", 7), ("income", -7)]


def test_a_key_is_one_entry(post: Callable[..., int]) -> None:
    lines = (("bank", "IDR", 5), ("income", "IDR", -5))
    first = post(*lines, key="paid:1")
    assert post(*reversed(lines), ("fees", "IDR", 0), key="paid:1") == first
    assert balance("bank", "IDR") == 5


@pytest.mark.parametrize(
    ("lines", "subject"),
    [
        ([("bank", "IDR", 6), ("income", "IDR", -6)], "delivery:7"),
        ([("bank", "IDR", 5), ("income", "IDR", -4), ("fees", "IDR", -1)], "delivery:7"),
        ([("bank", "EUR", 5), ("income", "EUR", -5)], "delivery:7"),
        ([("bank", "IDR", 5), ("income", "IDR", -5)], "delivery:8"),
    ],
)
def test_another_entry_under_a_used_key_is_refused(post: Callable[..., int], lines: list, subject: str) -> None:
    post(("bank", "IDR", 5), ("income", "IDR", -5), key="paid:1")
    with pytest.raises(KeyReused), transaction.atomic():
        post(*lines, key="paid:1", subject=subject)
    assert balances() == {("bank", "IDR"): 5, ("income", "IDR"): -5}


@pytest.mark.parametrize(
    "lines", [[("bank", "IDR", 5)], [("bank", "IDR", 5), ("income", "EUR", -5)], [("a", "IDR", 2), ("b", "IDR", -1)]]
)
def test_an_entry_that_does_not_balance_is_named_at_once(post: Callable[..., int], lines: list) -> None:
    with pytest.raises(ValueError, match=r'entry "paid:1" in (IDR|EUR) add up to'):
        post(*lines, key="paid:1")


def test_stock_never_falls_below_zero_and_other_accounts_may(post: Callable[..., int]) -> None:
    post((SHELF, DOSE, 2), ("vaccination:makers", DOSE, -2))
    post((SHELF, DOSE, -2), (ARMS, DOSE, 2))
    with pytest.raises(InsufficientBalance, match="not enough"), transaction.atomic():
        post((SHELF, DOSE, -1), (ARMS, DOSE, 1))
    with pytest.raises(InsufficientBalance), transaction.atomic():
        post(("stock:vaccination:site-2", DOSE, -1), (ARMS, DOSE, 1))
    with pytest.raises(InsufficientBalance), transaction.atomic():
        post((SHELF, "dose:covid-19/other", -1), (ARMS, "dose:covid-19/other", 1))
    assert balances("stock") == {(SHELF, DOSE): 0}
    assert balance("vaccination:makers", DOSE) == -2


def test_a_reversal_is_the_opposite_once(post: Callable[..., int]) -> None:
    post((SHELF, DOSE, 2), ("vaccination:makers", DOSE, -2), key="received:1", subject="parcel:1")
    made = reverse_entry(key="reversed:1", of="received:1")
    assert reverse_entry(key="reversed:1", of="received:1") == made
    checked()
    assert set(balances().values()) == {0}
    first, second = entries_of("parcel:1")
    assert (second.pk, second.reverses) == (made, first)
    with pytest.raises(AlreadyReversed), transaction.atomic():
        reverse_entry(key="reversed:2", of="received:1")
    with pytest.raises(LookupError, match="received:9"):
        reverse_entry(key="reversed:9", of="received:9")


def test_what_was_used_cannot_be_reversed(post: Callable[..., int]) -> None:
    post((SHELF, DOSE, 2), ("vaccination:makers", DOSE, -2), key="received:1")
    post((SHELF, DOSE, -1), (ARMS, DOSE, 1))
    with pytest.raises(InsufficientBalance), transaction.atomic():
        reverse_entry(key="reversed:1", of="received:1")


def test_another_statement_posts_in_its_own_round_trip(post: Callable[..., int]) -> None:
    """As a booking takes its dose: both or none."""
    post((SHELF, DOSE, 1), ("vaccination:makers", DOSE, -1))
    take = (
        "WITH counted AS (INSERT INTO core_limitcounter (key, count, until) VALUES (%s, 1, now()) RETURNING key)"
        " SELECT ledger_post('taken:' || key, 'booking:' || key, now(), %s::text[], %s::text[], %s::bigint[])"
        " FROM counted"
    )
    [(entry,)] = execute_prepared(take, ["a", [SHELF, ARMS], [DOSE, DOSE], [-1, 1]])
    assert Entry.objects.get(key="taken:a").pk == entry
    with pytest.raises(IntegrityError, match="ledger_stock_not_negative"), transaction.atomic():
        execute_prepared(take, ["b", [SHELF, ARMS], [DOSE, DOSE], [-1, 1]])
    assert execute_prepared("SELECT key FROM core_limitcounter") == [("a",)]


ACCOUNTS = st.sampled_from(["bank", "income:a", "income:b", "stock:x", "stock:y:z"])
LINES = st.lists(st.tuples(ACCOUNTS, st.sampled_from(["IDR", "kg"]), st.integers(-5, 9)), max_size=5)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(LINES, st.booleans()), max_size=8))
def test_any_entries_leave_a_ledger_that_agrees(entries: list[tuple[list[tuple[str, str, int]], bool]]) -> None:
    """Random lines, closed by a counter-account, some of them reversed: the model is a sum in Python."""
    with transaction.atomic():
        expected = Counter[tuple[str, str]]()
        for number, (lines, reverse) in enumerate(entries):
            sums = Counter[str]()
            for _account, unit, amount in lines:
                sums[unit] += amount
            closed = [*lines, *(("equity", unit, -amount) for unit, amount in sums.items())]
            after = expected.copy()
            for account, unit, amount in closed:
                after[account, unit] += amount
            moves = sum(1 for key in {(a, u) for a, u, _m in closed} if after[key] != expected[key])
            try:
                with transaction.atomic():
                    record_entry(key=f"entry:{number}", subject="test:1", postings=closed)
            except InsufficientBalance:
                assert any(amount < 0 for (account, _unit), amount in after.items() if account.startswith("stock"))
                continue
            except IntegrityError:
                assert moves < 2  # nothing to record
                continue
            assert all(amount >= 0 for (account, _unit), amount in after.items() if account.startswith("stock"))
            if not reverse:
                expected = after
                continue
            try:
                with transaction.atomic():
                    reverse_entry(key=f"reversal:{number}", of=f"entry:{number}")
            except InsufficientBalance:
                raise AssertionError("what was added can be taken back at once") from None
        connection.check_constraints()
        assert {key: amount for key, amount in balances().items() if amount} == {
            key: amount for key, amount in expected.items() if amount
        }
        assert list(verification.differences()) == []
        assert sum(Balance.objects.filter(unit="IDR").values_list("balance", flat=True)) == 0
        transaction.set_rollback(True)
