"""Recording of entries, in the caller's transaction.

Balances of the accounts stay locked until the transaction ends, so record entries late in it. SQL functions of other
rooms call `ledger_post` (sql/ledger_post.sql) in their own statement.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.core.database.prepared_statements import execute_prepared

_POST = "SELECT ledger_post(%s, %s, %s, %s::text[], %s::text[], %s::bigint[])"
_REVERSE = "SELECT ledger_reverse(%s, %s, %s)"


class InsufficientBalance(ActionRefused):
    """A stock account would fall below zero. The transaction is broken and must end."""


class KeyReused(ActionRefused):
    """Another entry was recorded under the same key. The transaction is broken and must end."""


class AlreadyReversed(ActionRefused):
    """The entry was reversed before. The transaction is broken and must end."""


def record_entry(
    *, key: str, subject: str, postings: Iterable[tuple[str, str, int]], at: datetime | None = None
) -> int:
    """Record an entry and return its id. An entry under the same key is left as it is, and its id returned.

    Args:
        key: unique, for example "payments:arrived:UUID".
        subject: "type:key".
        postings: account, unit and amount, debit positive; they sum to zero in each unit. Zeros are left out.
        at: default: now. Not compared with an earlier entry's.

    Raises:
        ValueError: when the postings do not sum to zero.
        InsufficientBalance: when a stock account would fall below zero.
        KeyReused: when the key has another entry.
    """
    rows = list(postings)
    sums = Counter[str]()
    for _account, unit, amount in rows:
        sums[unit] += amount
    for unit, total in sums.items():
        if total:
            raise ValueError(f'The postings of the entry "{key}" in {unit} add up to {total}, not to zero.')
    accounts, units, amounts = ([row[column] for row in rows] for column in range(3))
    with _refusals():
        [(entry_id,)] = execute_prepared(_POST, [key, subject, at or current_time.now(), accounts, units, amounts])
    return int(entry_id)


def reverse_entry(*, key: str, of: str, at: datetime | None = None) -> int:
    """Record the opposite of an entry, about the same subject, and return its id. Idempotent for one key.

    Args:
        key: of the reversal.
        of: key of the entry.

    Raises:
        LookupError: when there is no such entry.
        AlreadyReversed: when it was reversed under another key.
        InsufficientBalance, KeyReused: as in `record_entry`.
    """
    with _refusals():
        [(entry_id,)] = execute_prepared(_REVERSE, [key, of, at or current_time.now()])
    if entry_id is None:
        raise LookupError(f'The ledger has no entry "{of}".')
    return int(entry_id)


@contextmanager
def _refusals() -> Iterator[None]:
    """Translate violated constraints into refusals."""
    try:
        yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if constraint == "ledger_stock_not_negative":
            raise InsufficientBalance(_("There is not enough left.")) from error
        if constraint == "ledger_key_once":
            raise KeyReused(_("This was recorded before, with other amounts.")) from error
        if constraint == "ledger_reversed_once":
            raise AlreadyReversed(_("This was already taken back.")) from error
        raise
