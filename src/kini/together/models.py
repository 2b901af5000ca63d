"""Beneficiaries and their needs, givers and their pledges, deliveries. Quantities are also in the ledger.

Triggers (`sql/`) count what is pledged and received of each line in the statement that changes a pledge, and post it.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kini.city.models import Area
from kini.people.models import User
from kini.together.fraud_holds.models import FraudHold
from kini.together.money.models import Gift, Payout, Pool, PoolHandover
from kini.together.photos.models import DeliveryPhoto
from kini.together.programmes import BENEFICIARY_KINDS
from kini.together.visits.models import Visit, VisitDraw, VisitLot
from kini.together.volunteers.models import (
    Activity,
    ActivityRole,
    ChildrenScreening,
    Shift,
    ShiftRole,
    SignUp,
    Volunteer,
)

__all__ = [
    "Activity",
    "ActivityRole",
    "Beneficiary",
    "ChildrenScreening",
    "Delivery",
    "DeliveryPhoto",
    "FraudHold",
    "Gift",
    "Giver",
    "GiverMember",
    "Need",
    "NeedLine",
    "Payout",
    "PendingMovement",
    "Permit",
    "Pledge",
    "Pool",
    "PoolHandover",
    "PublishedDay",
    "PublishedMovement",
    "Shift",
    "ShiftRole",
    "SignUp",
    "SignedHead",
    "Visit",
    "VisitDraw",
    "VisitLot",
    "Volunteer",
]

GIVER_KINDS = ("person", "group", "firm", "aggregator")
NEED_STATES = ("reported", "open", "met", "expired", "withdrawn")
#: States in which a pledge keeps its quantity from others; a trigger knows them too.
OPEN_STATES = ("held", "confirmed", "on-the-way", "delivered", "disputed")
ENDED_STATES = ("received", "lapsed", "withdrawn", "refused")
#: States from which a pledge can be given back without a movement of goods.
PROMISED_STATES = ("held", "confirmed")


class Beneficiary(models.Model):
    """RW, institution, small firm or household that help is for.

    Attributes:
        name: of an RW or institution as it is known; of a household a word of the officer's, never shown in public.
        families: households that live there; None: not known.
        contact: who sees the receiver's code and says what arrived; None: an officer does it, with a paper slip.
        hidden: never shown in public, as every household.
    """

    kind = models.CharField(max_length=20, choices=[(each, each) for each in BENEFICIARY_KINDS])
    name = models.CharField(max_length=120)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    address = models.CharField(max_length=240, blank=True, help_text="Of the office or institution.")
    families = models.PositiveIntegerField(null=True)
    contact = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    hidden = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "beneficiaries"
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="household") | Q(hidden=True), name="together_household_is_hidden"
            ),
            models.UniqueConstraint(
                fields=["area", "kind", "name"], condition=~Q(kind="household"), name="together_beneficiary_once"
            ),
        ]
        indexes = [models.Index(fields=["contact"], name="together_contact", condition=Q(contact__isnull=False))]

    def __str__(self) -> str:
        return self.name


class Need(models.Model):
    """Packages of one programme that a beneficiary needs. Open once an officer has verified it.

    Attributes:
        household: keyed hash of a family card's number; one need in a programme's period.
        verified_by: neither the contact, nor who reported it, nor of a giver's side.
    """

    reference = models.CharField(max_length=20, unique=True)
    beneficiary = models.ForeignKey(Beneficiary, models.PROTECT, related_name="needs")
    programme = models.CharField(max_length=60, help_text="Of the pack.")
    period = models.CharField(max_length=40, help_text="Of the programme.")
    state = models.CharField(max_length=10, default="reported", choices=[(each, each) for each in NEED_STATES])
    reason = models.CharField(max_length=240, blank=True, help_text="Why it was withdrawn.")
    needed_by = models.DateField()
    household = models.BinaryField(max_length=32, null=True)
    reported_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    verified_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("reported", "withdrawn", "expired"))
                | Q(verified_by__isnull=False, verified_at__isnull=False),
                name="together_need_verified",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | Q(reported_by__isnull=True) | ~Q(verified_by=F("reported_by")),
                name="together_need_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("reported", "open"), ended_at__isnull=True)
                | (~Q(state__in=("reported", "open")) & Q(ended_at__isnull=False)),
                name="together_need_ended",
            ),
            models.UniqueConstraint(
                fields=["programme", "period", "household"],
                condition=Q(household__isnull=False) & ~Q(state="withdrawn"),
                name="together_household_once",
            ),
        ]
        indexes = [models.Index(fields=["programme"], name="together_need_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return self.reference


class NeedLine(models.Model):
    """A package and how many of it are needed, pledged and not yet received, and received. Triggers count."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="lines")
    package = models.CharField(max_length=60, help_text="Of the programme.")
    needed = models.PositiveIntegerField()
    pledged = models.PositiveIntegerField(default=0)
    received = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "package"], name="together_line_once"),
            models.CheckConstraint(condition=Q(needed__gte=1), name="together_line_of_something"),
            models.CheckConstraint(
                condition=Q(needed__gte=F("pledged") + F("received")), name="together_line_not_over_pledged"
            ),
        ]

    @property
    def left(self) -> int:
        """Packages that nobody has pledged."""
        return self.needed - self.pledged - self.received


class Giver(models.Model):
    """A person, group, firm or aggregator that gives. An aggregator gives what others gave, with a permit.

    Attributes:
        name: empty for a person, who is named nowhere.
        owner: account that acts for it; others are members. None: a person at a counter, whom nobody recorded.
        suspended_at: since when it may not give, and its money is frozen.
    """

    kind = models.CharField(max_length=12, choices=[(each, each) for each in GIVER_KINDS])
    name = models.CharField(max_length=120, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True)
    suspended_because = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="person", name="") | (~Q(kind="person") & ~Q(name="") & Q(owner__isnull=False)),
                name="together_giver_named",
            ),
            models.UniqueConstraint(fields=["owner"], condition=Q(kind="person"), name="together_person_once"),
            models.UniqueConstraint(fields=["name"], condition=~Q(kind="person"), name="together_giver_once"),
            models.CheckConstraint(
                condition=Q(suspended_at__isnull=True, suspended_because="")
                | (Q(suspended_at__isnull=False) & ~Q(suspended_because="")),
                name="together_suspended_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"giver {self.pk}"


class GiverMember(models.Model):
    """An account that acts for a giver beside its owner."""

    giver = models.ForeignKey(Giver, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["giver", "user"], name="together_member_once")]


class Permit(models.Model):
    """Permit of an aggregator to collect money or goods (PUB), with its days, both included."""

    giver = models.ForeignKey(Giver, models.PROTECT, related_name="permits")
    number = models.CharField(max_length=80)
    issuer = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_until = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="together_permit_once"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="together_permit_of_days"),
        ]


class Pledge(models.Model):
    """A giver's promise of some packages of a line. It keeps its quantity from others until it ends.

    Attributes:
        key: of the form, so that it is sent once.
        pledged_on: day in the city, on which a permit must hold.
        held_until: until when it must be confirmed.
        deliver_on: promised day of delivery.
        code: six digits that the receiver's side has and the deliverer enters.
        tries: wrong codes entered.
    """

    STATES: ClassVar = (*OPEN_STATES, *ENDED_STATES)

    key = models.UUIDField(unique=True)
    reference = models.CharField(max_length=20, unique=True)
    line = models.ForeignKey(NeedLine, models.PROTECT, related_name="pledges")
    giver = models.ForeignKey(Giver, models.PROTECT, related_name="pledges")
    quantity = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default="held", choices=[(each, each) for each in STATES])
    pledged_on = models.DateField()
    held_until = models.DateTimeField()
    deliver_on = models.DateField(null=True)
    stated_at = models.DateTimeField(null=True, help_text="When the giver agreed to the statement of commitment.")
    code = models.CharField(max_length=6)
    tries = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=240, blank=True, help_text="Why it was refused or withdrawn, or how decided.")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="together_pledge_of_something"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{6}$"), name="together_code_of_six_digits"),
            models.CheckConstraint(
                condition=Q(state__in=("held", "lapsed", "withdrawn", "refused"))
                | Q(deliver_on__isnull=False, stated_at__isnull=False),
                name="together_pledge_confirmed",
            ),
        ]
        indexes = [
            models.Index(fields=["line"], name="together_pledge_line"),
            models.Index(fields=["giver", "-id"], name="together_pledge_giver"),
            models.Index(
                fields=["state", "held_until"], name="together_pledge_lapses", condition=Q(state__in=PROMISED_STATES)
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Delivery(models.Model):
    """The delivery of a pledge: what its two sides counted, each on its own.

    Attributes:
        seconded: after three wrong codes a second person of the place confirmed it.
        received_quantity: as the receiver's side counted; None: not yet.
    """

    pledge = models.OneToOneField(Pledge, models.PROTECT, related_name="delivery")
    key = models.UUIDField(unique=True, help_text="Of the form, so that it is sent once.")
    delivered_quantity = models.PositiveIntegerField()
    delivered_at = models.DateTimeField()
    delivered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    seconded = models.BooleanField(default=False)
    received_quantity = models.PositiveIntegerField(null=True)
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    agreed_quantity = models.PositiveIntegerField(null=True, help_text="Of both sides, or as decided in a dispute.")
    decide_by = models.DateTimeField(null=True, help_text="Until when a dispute must be decided.")

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(
                condition=Q(received_quantity__isnull=True, received_at__isnull=True)
                | Q(received_quantity__isnull=False, received_at__isnull=False),
                name="together_delivery_counted",
            )
        ]


class PendingMovement(models.Model):
    """Packages or money of a group of movements that the public ledger does not show yet, as they are too few.

    Attributes:
        package: of money its currency.
        counted: packages, or gifts, of which the quantity consists; it decides whether they are too few.
    """

    movement = models.CharField(max_length=12)
    programme = models.CharField(max_length=60)
    package = models.CharField(max_length=60)
    area = models.CharField(max_length=20)
    giver = models.CharField(max_length=120)
    quantity = models.PositiveBigIntegerField()
    counted = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["movement", "programme", "package", "area", "giver"], name="together_pending_once"
            )
        ]


class PublishedMovement(models.Model):
    """A row of the public ledger. Append-only, numbered without gaps; never a small count.

    Attributes:
        area: code of the area; of the city where the place is hidden.
        package: of the programme; of money its currency, and the quantity is the amount.
        giver: name of a group, firm or aggregator, or "resident".
        value: at the reference price, in whole units of the city's currency.
        head: SHA-256 over the head before and this row.
    """

    MOVEMENTS: ClassVar = (
        *("pledged", "sent", "received", "returned", "written-off"),
        *("given", "refunded", "paid-out", "spent", "lost", "costs", "paid-back"),
    )

    number = models.PositiveBigIntegerField(primary_key=True)
    day = models.DateField()
    movement = models.CharField(max_length=12, choices=[(each, each) for each in MOVEMENTS])
    programme = models.CharField(max_length=60)
    package = models.CharField(max_length=60)
    area = models.CharField(max_length=20)
    giver = models.CharField(max_length=120)
    quantity = models.PositiveBigIntegerField()
    value = models.PositiveBigIntegerField()
    head = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=5), name="together_no_small_count"),
            models.CheckConstraint(condition=Q(head__regex=r"^[0-9a-f]{64}$"), name="together_head_of_sha256"),
        ]


class PublishedDay(models.Model):
    """The head of the public ledger at the end of a day. Append-only."""

    day = models.DateField(primary_key=True)
    last_number = models.PositiveBigIntegerField()
    head = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField()


class SignedHead(models.Model):
    """The head of a day, signed with the key of an agency. Append-only.

    Attributes:
        statement: text that is signed.
        signature: detached CMS in DER, with its certificates.
    """

    day = models.OneToOneField(PublishedDay, models.PROTECT, primary_key=True, related_name="signed_head")
    statement = models.CharField(max_length=400)
    signature = models.BinaryField()
    signed_at = models.DateTimeField()
