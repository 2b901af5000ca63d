"""The city's money in the ledger, in whole units of its currency.

Accounts, all below `payments:`: `provider:NAME` (held by a provider for the city), `income:REGISTER` (income from
bills), `surplus` (to be refunded), `bank` (settled), `fees:NAME` (provider's fees), `unidentified` (unknown, or settled
twice).
"""

from collections.abc import Mapping

from kini.ledger import public as ledger
from kini.web.current_city import current_city

BRANCH = "payments"


def record_entry(key: str, postings: Mapping[str, int], subject: str) -> None:
    """Record an entry in the caller's transaction, late in it: balances stay locked until it ends. Idempotent.

    Args:
        key: unique among payments, for example "arrived:UUID".
        postings: amounts by account, debit positive. They sum to zero.
        subject: "type:key".
    """
    unit = current_city().currency
    lines = [(f"{BRANCH}:{account}", unit, amount) for account, amount in postings.items()]
    ledger.record_entry(key=f"{BRANCH}:{key}", subject=subject, postings=lines)


def balances() -> dict[str, int]:
    """Balance of each account, debit positive. They sum to zero."""
    rows = ledger.balances(BRANCH, current_city().currency)
    return {account.removeprefix(f"{BRANCH}:"): amount for (account, _unit), amount in rows.items()}
