"""Verification of the ledger: balances are computed again from all postings, and every difference is named."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

#: Each query gives one sentence a row. Chains (`./kini check chain`) find changes of postings that still add up.
_FINDINGS = (
    """
    SELECT format('account %s holds %s %s, but its postings add up to %s',
        account, coalesce(balance, 0), unit, coalesce(total, 0))
    FROM (SELECT account, unit, sum(amount) AS total FROM ledger_posting GROUP BY account, unit) AS computed
    FULL JOIN ledger_balance USING (account, unit)
    WHERE coalesce(balance, 0) <> coalesce(total, 0) ORDER BY account, unit
    """,
    """
    SELECT format('entry "%s" does not balance: its postings in %s add up to %s', key, unit, sum(amount))
    FROM ledger_posting JOIN ledger_entry ON ledger_entry.id = entry_id
    GROUP BY ledger_entry.id, unit HAVING sum(amount) <> 0 ORDER BY ledger_entry.id, unit
    """,
    """
    SELECT format('entry "%s" has %s of %s postings', key, count(p.id), posting_count)
    FROM ledger_entry e LEFT JOIN ledger_posting p ON p.entry_id = e.id
    GROUP BY e.id HAVING count(p.id) <> posting_count ORDER BY e.id
    """,
    """
    SELECT format('posting %s to %s has no entry', p.id, account)
    FROM ledger_posting p LEFT JOIN ledger_entry e ON e.id = p.entry_id WHERE e.id IS NULL ORDER BY p.id
    """,
)
_SIZE = "SELECT (SELECT count(*) FROM ledger_entry), count(*), count(DISTINCT (account, unit)) FROM ledger_posting"


@dataclass(frozen=True, slots=True)
class LedgerSize:
    entries: int
    postings: int
    balances: int


def differences() -> Iterator[str]:
    """Yield a sentence for each balance and entry that does not agree with its postings."""
    for query in _FINDINGS:
        with connection.cursor() as cursor:
            cursor.execute(query)
            for (finding,) in cursor.fetchall():
                yield finding


def ledger_size() -> LedgerSize:
    """Count entries, postings, and pairs of account and unit."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZE)
        return LedgerSize(*cursor.fetchone())
