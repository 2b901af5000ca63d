"""Entries, postings and balances. Triggers (`sql/`) hold the sums, maintain the balances and refuse changes."""

from django.db import models
from django.db.models import Q

#: Names of accounts, units and subjects have no control characters; parts of an account are divided by ":".
ACCOUNT = r"^[^:[:cntrl:]]+(:[^:[:cntrl:]]+)*$"
UNIT = r"^[^[:cntrl:]]+$"
SUBJECT = r"^[a-z][a-z-]*:[^[:cntrl:]]+$"
#: Accounts below this one hold things that exist, so the database keeps them from falling below zero.
STOCK = "stock"


class Entry(models.Model):
    """A movement between accounts. Append-only.

    Attributes:
        key: unique; the same key again records nothing.
        subject: "type:key", the thing that it is about.
        posting_count: number of its postings; more are refused later.
        reverses: the entry that it takes back, at most once.
    """

    key = models.CharField(max_length=200)
    subject = models.CharField(max_length=200)
    at = models.DateTimeField()
    posting_count = models.PositiveIntegerField()
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="reversals", db_index=False)

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["key"], name="ledger_key_once"),
            models.UniqueConstraint(fields=["reverses"], name="ledger_reversed_once"),
            models.CheckConstraint(condition=Q(subject__regex=SUBJECT), name="ledger_subject_of_a_type"),
            models.CheckConstraint(condition=Q(posting_count__gte=2), name="ledger_entry_of_two_postings"),
        ]
        indexes = [models.Index(fields=["subject", "id"], name="ledger_entry_subject")]

    def __str__(self) -> str:
        return self.key


class Posting(models.Model):
    """One side of an entry. Append-only.

    Attributes:
        account: hierarchical, as "payments:income:stall-tax".
        unit: what is counted, as "IDR", "dose:covid-19/LOT" or "parcel". Different units never add up.
        amount: whole units; debit positive, credit negative.
    """

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings", db_index=False)
    account = models.CharField(max_length=200, db_collation="C")
    unit = models.CharField(max_length=120, db_collation="C")
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_posting_of_something"),
            models.CheckConstraint(condition=Q(account__regex=ACCOUNT), name="ledger_account_of_parts"),
            models.CheckConstraint(condition=Q(unit__regex=UNIT), name="ledger_unit_named"),
            models.UniqueConstraint(fields=["entry", "account", "unit"], name="ledger_account_once_an_entry"),
        ]
        indexes = [models.Index(fields=["account", "unit", "id"], name="ledger_posting_account")]


class Balance(models.Model):
    """Sum of the postings to an account in a unit, maintained by a trigger; nothing else may write it."""

    pk = models.CompositePrimaryKey("account", "unit")
    account = models.CharField(max_length=200, db_collation="C")
    unit = models.CharField(max_length=120, db_collation="C")
    balance = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(balance__gte=0) | ~Q(account__startswith=f"{STOCK}:"), name="ledger_stock_not_negative"
            )
        ]
