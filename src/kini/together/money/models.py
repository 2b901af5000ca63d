"""Pools of money, gifts into them, and payouts. Amounts are whole units of the city's currency, and are in the ledger.

Triggers (`sql/`) count and post every gift and payout in the statement that changes it.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kini.payments.models import Bill
from kini.people.models import User

#: A pool takes gifts while open, pays out once its target is reached, and gives all back when it closes short.
POOL_STATES = ("open", "reached", "short")
GIFT_STATES = ("promised", "held", "refunded", "lapsed", "withdrawn")
PAYOUT_STATES = ("proposed", "paid", "settled", "returned", "declined")
PAYOUT_SORTS = ("packages", "costs")
#: States of a payout in which its money has left the pool.
PAID_STATES = ("paid", "settled")


class Pool(models.Model):
    """Money that many give to one aggregator for a public purpose. Counters are the triggers'.

    Attributes:
        giver: the aggregator that spends it.
        costs_percent: most that may go to costs, by the rule in force when the pool was opened.
        promised, received: gifts whose money has not, and has, arrived; together never above the target.
        paid_out, costs: paid for packages, and for costs.
    """

    reference = models.CharField(max_length=20, unique=True)
    giver = models.ForeignKey("together.Giver", models.PROTECT, related_name="pools")
    programme = models.CharField(max_length=60, help_text="Of the pack.")
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=600)
    currency = models.CharField(max_length=3)
    target = models.PositiveBigIntegerField()
    costs_percent = models.DecimalField(max_digits=5, decimal_places=2)
    closes_on = models.DateField()
    state = models.CharField(max_length=10, default="open", choices=[(each, each) for each in POOL_STATES])
    promised = models.PositiveBigIntegerField(default=0)
    received = models.PositiveBigIntegerField(default=0)
    paid_out = models.PositiveBigIntegerField(default=0)
    costs = models.PositiveBigIntegerField(default=0)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="When it closed short.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(target__gte=1), name="together_pool_of_something"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="together_pool_of_money"),
            models.CheckConstraint(condition=Q(costs_percent__range=(0, 100)), name="together_pool_costs_percent"),
            models.CheckConstraint(
                condition=Q(target__gte=F("promised") + F("received")), name="together_pool_not_over_given"
            ),
            models.CheckConstraint(
                condition=Q(received__gte=F("paid_out") + F("costs")), name="together_pool_not_over_spent"
            ),
            models.CheckConstraint(
                condition=Q(state="short", ended_at__isnull=False) | (~Q(state="short") & Q(ended_at__isnull=True)),
                name="together_pool_ended",
            ),
        ]
        indexes = [models.Index(fields=["closes_on"], name="together_pool_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return self.reference

    @property
    def left(self) -> int:
        """Amount that nobody has promised."""
        return self.target - self.promised - self.received

    @property
    def held(self) -> int:
        """Amount that arrived and was not paid out."""
        return self.received - self.paid_out - self.costs

    @property
    def percent(self) -> int:
        """Share of the target that arrived, in whole per cent, rounded down."""
        return int(self.received * 100 // self.target)


class Gift(models.Model):
    """Money that a giver promised to a pool and pays by a bill.

    Attributes:
        key: of the form, so that it is sent once.
        given_on, paid_on: days of the city on which the aggregator's permit must hold.
        held_until: until when the money must arrive.
    """

    STATES: ClassVar = GIFT_STATES

    key = models.UUIDField(unique=True)
    reference = models.CharField(max_length=20, unique=True)
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="gifts")
    giver = models.ForeignKey("together.Giver", models.PROTECT, related_name="gifts")
    amount = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, default="promised", choices=[(each, each) for each in GIFT_STATES])
    bill = models.OneToOneField(Bill, models.PROTECT, related_name="+")
    given_on = models.DateField()
    paid_on = models.DateField(null=True)
    held_until = models.DateTimeField()
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1), name="together_gift_of_something"),
            models.CheckConstraint(condition=~Q(state="held") | Q(paid_on__isnull=False), name="together_gift_paid"),
        ]
        indexes = [
            models.Index(fields=["pool"], name="together_gift_pool"),
            models.Index(fields=["giver", "-id"], name="together_gift_giver"),
            models.Index(fields=["held_until"], name="together_gift_lapses", condition=Q(state="promised")),
        ]

    def __str__(self) -> str:
        return self.reference


class Payout(models.Model):
    """Money from a pool to its aggregator: for the packages of one of its pledges, or for costs. Two people agree.

    Attributes:
        pledge: the aggregator's, for packages; None: costs, or removed by retention.
        words: of what the costs are.
        transfer: reference of the bank transfer, used once.
    """

    key = models.UUIDField(unique=True)
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="payouts")
    sort = models.CharField(max_length=10, choices=[(each, each) for each in PAYOUT_SORTS])
    pledge = models.ForeignKey("together.Pledge", models.PROTECT, null=True, related_name="payouts")
    amount = models.PositiveBigIntegerField()
    words = models.CharField(max_length=240, blank=True)
    state = models.CharField(max_length=10, default="proposed", choices=[(each, each) for each in PAYOUT_STATES])
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    paid_on = models.DateField(null=True)
    transfer = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=240, blank=True, help_text="Why it was declined, or came back.")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1), name="together_payout_of_something"),
            models.CheckConstraint(
                condition=Q(sort="costs", pledge__isnull=True) & ~Q(words="")
                | Q(sort="packages") & (Q(pledge__isnull=False) | ~Q(state__in=("proposed", "paid"))),
                name="together_payout_for_something",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="together_payout_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("proposed", "declined"), paid_on__isnull=True, transfer="")
                | (
                    ~Q(state__in=("proposed", "declined"))
                    & Q(paid_on__isnull=False, decided_by__isnull=False)
                    & ~Q(transfer="")
                ),
                name="together_payout_transferred",
            ),
            models.UniqueConstraint(fields=["transfer"], condition=~Q(transfer=""), name="together_transfer_once"),
            models.UniqueConstraint(
                fields=["pledge"],
                condition=Q(pledge__isnull=False) & ~Q(state__in=("declined", "returned")),
                name="together_pledge_paid_once",
            ),
        ]
        indexes = [models.Index(fields=["pool", "-id"], name="together_payout_pool")]


class PoolHandover(models.Model):
    """A decision about the frozen pool of a suspended aggregator: another one spends it, or every gift is refunded.

    Attributes:
        to_giver: the aggregator that takes it over; None: refunded.
        proposed_by, decided_by: two officers of neither side.
        decided_on: day of the city on which the new aggregator's permit must hold.
    """

    STATES: ClassVar = ("proposed", "done", "declined")

    pool = models.ForeignKey(Pool, models.PROTECT, related_name="handovers")
    from_giver = models.ForeignKey("together.Giver", models.PROTECT, related_name="+")
    to_giver = models.ForeignKey("together.Giver", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=240)
    state = models.CharField(max_length=10, default="proposed", choices=[(each, each) for each in STATES])
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="together_handover_with_reason"),
            models.CheckConstraint(
                condition=Q(to_giver__isnull=True) | ~Q(to_giver=F("from_giver")), name="together_handover_to_another"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True, decided_on__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False, decided_on__isnull=False)
                & ~Q(state="proposed"),
                name="together_handover_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(decided_by=F("proposed_by")), name="together_handover_by_two_people"
            ),
            models.UniqueConstraint(fields=["pool"], condition=Q(state="proposed"), name="together_handover_once"),
        ]
