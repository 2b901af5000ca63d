"""Double-entry ledger. At commit a trigger rejects entries whose postings do not sum to zero.

Accounts: `provider:NAME` (held by a provider for the city), `income:REGISTER` (income from bills), `surplus` (to be
refunded), `bank` (settled), `fees:NAME` (provider's fees), `unidentified` (unknown, or settled twice).
"""

from collections.abc import Mapping

from django.db.models import Sum

from kini.core import current_time
from kini.payments.models import LedgerEntry, Payment, Posting


def record_entry(key: str, postings: Mapping[str, int], payment: Payment | None = None) -> None:
    """Record an entry in the caller's transaction. An existing key is left unchanged.

    Args:
        key: unique key of the entry, for example "paid:UUID".
        postings: amounts by account, debit positive; zeros are skipped. They sum to zero.
    """
    entry, new = LedgerEntry.objects.get_or_create(key=key, defaults={"at": current_time.now(), "payment": payment})
    if new:
        Posting.objects.bulk_create(
            Posting(entry=entry, account=account, amount=amount) for account, amount in postings.items() if amount
        )


def balances() -> dict[str, int]:
    """Balance of each account, debit positive. They sum to zero."""
    return dict(Posting.objects.values_list("account").annotate(total=Sum("amount")).order_by("account"))
