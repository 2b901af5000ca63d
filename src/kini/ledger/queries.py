"""Reads of the ledger."""

from django.db.models import Prefetch, Q, QuerySet

from kini.ledger.models import Balance, Entry, Posting


def balance(account: str, unit: str) -> int:
    """Balance of one account, without those below it; debit positive."""
    return Balance.objects.filter(account=account, unit=unit).values_list("balance", flat=True).first() or 0


def balances(branch: str = "", unit: str = "") -> dict[tuple[str, str], int]:
    """Balances by account and unit, in this order, also those of zero.

    Args:
        branch: an account; with all accounts below it. Default: all.
        unit: only in this unit. Default: all.
    """
    rows = Balance.objects.order_by("account", "unit")
    if branch:
        rows = rows.filter(Q(account=branch) | Q(account__startswith=f"{branch}:"))
    if unit:
        rows = rows.filter(unit=unit)
    return {(account, unit): amount for account, unit, amount in rows.values_list("account", "unit", "balance")}


def entries_of(subject: str) -> QuerySet[Entry]:
    """Entries about a subject with their postings, oldest first."""
    postings = Prefetch("postings", Posting.objects.order_by("account", "unit"))
    return Entry.objects.filter(subject=subject).order_by("pk").prefetch_related(postings)
