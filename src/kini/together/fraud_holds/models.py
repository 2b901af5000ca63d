"""Holds: a sign, what it holds, its owner and its clock. Triggers keep what is held from moving (`sql/`)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kini.people.models import User

HOLD_RULES = ("same-side", "many-at-once", "unusual-quantity", "wrong-code", "disputed")
#: "dropped": what was held ended by itself (a trigger says so).
HOLD_STATES = ("open", "released", "refused", "expired", "dropped")
_ONE_OF_THREE = (
    Q(pledge__isnull=False, gift__isnull=True, payout__isnull=True)
    | Q(pledge__isnull=True, gift__isnull=False, payout__isnull=True)
    | Q(pledge__isnull=True, gift__isnull=True, payout__isnull=False)
)


class FraudHold(models.Model):
    """A pledge, gift or payout that does not move on until an officer has checked a sign of fraud.

    Attributes:
        rule: sign by which it was held.
        measured, usual: number that was compared, and the one it was compared with.
        owner: officer who must decide; None: nobody has the role.
        due_at: until when; after that the head decides, and after the head's time the hold expires.
        approved_by: who released a payout first; somebody else does it second.
    """

    STATES: ClassVar = HOLD_STATES

    rule = models.CharField(max_length=20, choices=[(each, each) for each in HOLD_RULES])
    pledge = models.ForeignKey("together.Pledge", models.CASCADE, null=True, related_name="fraud_holds")
    gift = models.ForeignKey("together.Gift", models.CASCADE, null=True, related_name="fraud_holds")
    payout = models.ForeignKey("together.Payout", models.CASCADE, null=True, related_name="fraud_holds")
    measured = models.PositiveBigIntegerField(null=True)
    usual = models.PositiveBigIntegerField(null=True)
    state = models.CharField(max_length=10, default="open", choices=[(each, each) for each in HOLD_STATES])
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    placed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=240, blank=True, help_text="Of the decision.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_ONE_OF_THREE, name="together_hold_of_one"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True, decided_by__isnull=True)
                | Q(state="expired", decided_at__isnull=False, escalated_at__isnull=False)
                | Q(state="dropped", decided_at__isnull=False)
                | Q(state__in=("released", "refused"), decided_at__isnull=False, decided_by__isnull=False)
                & ~Q(reason=""),
                name="together_hold_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state="released", payout__isnull=False)
                | Q(approved_by__isnull=False) & ~Q(approved_by=F("decided_by")),
                name="together_hold_by_two_people",
            ),
            *(
                models.UniqueConstraint(
                    fields=[each, "rule"], condition=Q(**{f"{each}__isnull": False}), name=f"together_hold_{each}_once"
                )
                for each in ("pledge", "gift", "payout")
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="together_hold_open", condition=Q(state="open")),
            models.Index(fields=["decided_at"], name="together_hold_ended", condition=~Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"
