"""Bills, payments, refunds and settlements. Constraints and triggers enforce the invariants."""

import uuid

from django.db import models
from django.db.models import Q

from kini.cases.models import Case
from kini.city.models import Agency
from kini.web import formats

OPEN_STATES = ("asked", "waiting")
RECEIVED_STATES = ("paid", "surplus")
STATES = [(s, s) for s in (*OPEN_STATES, *RECEIVED_STATES, "expired", "failed")]


class Bill(models.Model):
    """Amount owed for an object and a period. The total on a day follows from the register's dated rules."""

    register = models.CharField(max_length=60, help_text="File of the pack (bills/*.yaml) with its rules.")
    object = models.CharField(max_length=40, help_text="Number of the thing, letters and digits only.")
    period = models.CharField(max_length=20, help_text="For example 2026 or 2026-10.")
    agency = models.ForeignKey(Agency, models.PROTECT)
    principal = models.PositiveBigIntegerField(help_text="Whole units of the city's currency.")
    due_on = models.DateField()
    proof = models.BinaryField(max_length=32, null=True, help_text="Keyed hash of what else the payer must know.")
    made_up = models.BooleanField(default=False, help_text="A sample of the pack, no real bill.")
    withdrawn_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["register", "object", "period"], name="payments_bill_once"),
            models.CheckConstraint(condition=Q(principal__gt=0), name="payments_bill_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.object} {self.period}"

    @property
    def period_words(self) -> str:
        """Period for display, if it is a day or a month."""
        return formats.period(self.period)


class BillCase(models.Model):
    """Link between a bill and a case. Several cases may show one bill; it is paid once."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="bill_case", primary_key=True)
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="cases")


class Payment(models.Model):
    """One attempt to pay a bill, with the provider's code. An overpayment has the state "surplus".

    The id is the reference sent to the provider, so that a repeated request creates one code.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="payments")
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, related_name="payments", help_text="Empty for a bill of another room."
    )
    provider = models.CharField(max_length=40)
    method = models.CharField(max_length=10, choices=[("qr", "qr"), ("va", "va")])
    amount = models.PositiveBigIntegerField()
    parts = models.JSONField(default=dict, help_text="Principal, fine and relief of which the amount consists.")
    state = models.CharField(max_length=10, choices=STATES, default="asked")
    code = models.TextField(blank=True, help_text="QR payload, or number of the virtual account.")
    provider_reference = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    received = models.PositiveBigIntegerField(null=True, help_text="What really arrived.")
    receipt = models.CharField(max_length=30, blank=True, help_text="Number of the receipt, which anybody can check.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bill", "method"], condition=Q(state__in=OPEN_STATES), name="payments_one_code_at_a_time"
            ),
            models.UniqueConstraint(fields=["bill"], condition=Q(state="paid"), name="payments_bill_paid_once"),
            models.UniqueConstraint(fields=["receipt"], condition=~Q(receipt=""), name="payments_receipt_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_payment_of_something"),
            models.CheckConstraint(
                condition=Q(state__in=RECEIVED_STATES, paid_at__isnull=False, received__gt=0)
                | (~Q(state__in=RECEIVED_STATES) & Q(paid_at__isnull=True, received__isnull=True)),
                name="payments_paid_at_a_moment",
            ),
            models.CheckConstraint(
                condition=(Q(state="paid") & ~Q(receipt="")) | (~Q(state="paid") & Q(receipt="")),
                name="payments_paid_with_receipt",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "expires_at"], name="payments_payment_live", condition=Q(state__in=OPEN_STATES)
            )
        ]


class Refund(models.Model):
    """A refund. Its id is the provider's idempotency key.

    `reason` is an officer's; empty for an overpayment.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="refund")
    reason = models.CharField(max_length=240)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    provider_reference = models.CharField(max_length=64, blank=True)


class ProviderNotice(models.Model):
    """A processed webhook; a repeated one finds this row. Append-only."""

    provider = models.CharField(max_length=40)
    external_id = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "external_id"], name="payments_notice_once")]


class SettlementRow(models.Model):
    """One line of a provider's settlement file and the verdict of its comparison. Append-only."""

    provider = models.CharField(max_length=40)
    provider_reference = models.CharField(max_length=64)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True)
    amount = models.BigIntegerField()
    fee = models.BigIntegerField(default=0)
    settled_on = models.DateField()
    verdict = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "provider_reference"], name="payments_settled_once")]
        indexes = [models.Index(fields=["-id"], name="payments_to_look_at", condition=~Q(verdict="agreed"))]
