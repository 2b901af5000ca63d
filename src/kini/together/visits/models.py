"""Draws of visits, their lots, and visits with what was counted. Triggers keep draws and counts as they were."""

from django.db import models
from django.db.models import F, Func, Q, Value

from kini.core.database.encryption import EncryptedTextField
from kini.people.models import User

_SEED_HASH = Func(
    Func(Func(F("seed"), Value("UTF8"), function="convert_to"), function="sha256"), Value("hex"), function="encode"
)


class VisitDraw(models.Model):
    """Draw of received deliveries. Its seed is fixed the day before and published with the draw."""

    day = models.DateField(primary_key=True)
    commitment = models.CharField(max_length=64, help_text="SHA-256 of the seed, published the day before.")
    secret = EncryptedTextField(context="together.visits.secret", blank=True, help_text="The seed until it is drawn.")
    seed = models.CharField(max_length=64, blank=True)
    one_in = models.PositiveSmallIntegerField(help_text="Of so many deliveries of a giver one is visited.")
    until = models.DateTimeField(null=True, help_text="Receipts before it have been in this draw or an earlier one.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seed="", until__isnull=True) | Q(commitment=_SEED_HASH, until__isnull=False),
                name="together_draw_by_its_seed",
            ),
            models.CheckConstraint(condition=Q(one_in__gt=0), name="together_draw_one_in"),
        ]


class VisitLot(models.Model):
    """A received delivery in a draw, by a ticket that tells nobody which one it is. Never changed (trigger)."""

    draw = models.ForeignKey(VisitDraw, models.CASCADE, related_name="lots", db_index=False)
    giver = models.CharField(max_length=120, help_text='Name of a group, firm or aggregator, or "resident".')
    ticket = models.CharField(max_length=32)
    drawn = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "giver", "ticket"], name="together_lot_once")]


class Visit(models.Model):
    """A visit to where a delivery was received, by an officer who had nothing to do with it.

    Attributes:
        giver: name of a group, firm or aggregator, or "resident"; for public figures.
        reported: packages that both sides had said.
        counted: packages that the officer counted or heard of from those who got them; None: not yet.
    """

    delivery = models.OneToOneField("together.Delivery", models.CASCADE, related_name="visit")
    giver = models.CharField(max_length=120)
    reported = models.PositiveIntegerField()
    drawn_at = models.DateTimeField()
    due_on = models.DateField()
    counted = models.PositiveIntegerField(null=True)
    words = models.CharField(max_length=400, blank=True)
    visited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    visited_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(counted__isnull=True, visited_at__isnull=True)
                | Q(counted__isnull=False, visited_at__isnull=False, visited_by__isnull=False),
                name="together_visit_counted",
            )
        ]
        indexes = [models.Index(fields=["due_on"], name="together_visit_open", condition=Q(counted__isnull=True))]
