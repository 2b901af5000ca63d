"""Bookings in double entry. A trigger refuses, at commit, an entry whose postings do not add up to nothing.

Accounts: `provider:NAME` (what a provider holds for us), `income:REGISTER` (what bills brought), `surplus` (what must
be given back), `bank` (what was settled), `fees:NAME` (what a provider keeps), `unidentified` (none of ours, or
a second time for the same order).
"""

from collections.abc import Mapping

from django.db.models import Sum

from kini.core import moments
from kini.payments.models import LedgerEntry, Payment, Posting


def book(key: str, postings: Mapping[str, int], payment: Payment | None = None) -> None:
    """Book, inside the transaction of the action that calls this. What is booked already under that key stays as it is.

    Args:
        key: what this books, for example "paid:UUID".
        postings: amounts by account, debit above zero; zeros are left out. They add up to zero.
    """
    entry, new = LedgerEntry.objects.get_or_create(key=key, defaults={"at": moments.now(), "payment": payment})
    if new:
        Posting.objects.bulk_create(
            Posting(entry=entry, account=account, amount=amount) for account, amount in postings.items() if amount
        )


def balances() -> dict[str, int]:
    """What each account holds, debit above zero. They add up to zero."""
    return dict(Posting.objects.values_list("account").annotate(total=Sum("amount")).order_by("account"))
