"""Sites that give vaccines, and lots of vaccines. Quantities are in the ledger (`sites/stock.py`)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kini.city.models import Agency, Area, Place, Unit


class Site(models.Model):
    """Place that gives vaccines: a unit of an agency or a place of the pack; or from there, in a car or at homes.

    Members of its `facility` see the doses that were given there (`records.facilities_of`).
    """

    KINDS: ClassVar = ("fixed", "mass", "car", "home")

    id = models.CharField(max_length=60, primary_key=True, help_text="Of the pack.")
    kind = models.CharField(max_length=5, choices=[(each, each) for each in KINDS])
    name = models.CharField(max_length=160)
    facility = models.ForeignKey(Unit, models.PROTECT, related_name="+", help_text="The unit that runs it.")
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", help_text="None: at the facility.")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Lot(models.Model):
    """A lot of a vaccine, as printed on its vials."""

    vaccine = models.CharField(max_length=60, help_text="Of the pack.")
    number = models.CharField(max_length=40)
    expires_on = models.DateField(help_text="Last day on which it may be given.")
    recalled_at = models.DateTimeField(null=True, help_text="Since when none of it may be given.")
    recalled_because = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vaccine", "number"], name="vaccination_lot_once"),
            models.CheckConstraint(condition=~Q(vaccine="") & ~Q(number=""), name="vaccination_lot_named"),
            models.CheckConstraint(
                condition=Q(recalled_at__isnull=True, recalled_because="")
                | (Q(recalled_at__isnull=False) & ~Q(recalled_because="")),
                name="vaccination_lot_recalled_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vaccine} {self.number}"
