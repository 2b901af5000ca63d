"""Slots, quotas and bookings. A trigger keeps the counters; a check holds them within capacity."""

from django.db import models
from django.db.models import Q

from kini.cases.models import Case, Draft
from kini.city.models import Area, Place, Unit
from kini.people.models import Resident, User
from kini.services.models import Service

#: States in which a booking occupies places of its quota.
OCCUPYING_STATES = ("held", "offered", "confirmed", "arrived", "served", "missed")
#: States that exclude another booking of the same person in the same period.
EXCLUSIVE_STATES = ("held", "offered", "waiting", "confirmed", "arrived", "served")
#: States that end at `expires_at`; noticed by the sweep or by another booking of the slot.
EXPIRING_STATES = ("held", "offered")
#: States in which the visitor is expected or present.
EXPECTED_STATES = ("confirmed", "arrived")
STATES = [(s, s) for s in (*OCCUPYING_STATES, "waiting", "cancelled", "expired")]
#: Quota groups: visitors without a booking, and everybody.
WALK_IN, EVERYBODY = "walk-in", ""


class Slot(models.Model):
    """A period in which a service is given at a venue: a unit of the agency, or a place."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="slots")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True)
    area = models.ForeignKey(Area, models.PROTECT, help_text="Of the unit or the place.")
    resource = models.CharField(max_length=60, blank=True, help_text="What of the venue: a ward, a court.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    opens_at = models.DateTimeField(help_text="From when it can be booked.")
    closed_at = models.DateTimeField(null=True, help_text="Since when nobody can book or come.")

    class Meta:
        ordering = ["starts_at", "resource", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "unit", "place", "resource", "starts_at"],
                name="booking_slot_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="booking_slot_ends_later"),
            models.CheckConstraint(
                condition=Q(unit__isnull=True, place__isnull=False) | Q(unit__isnull=False, place__isnull=True),
                name="booking_slot_at_one_venue",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "place", "starts_at"], name="booking_slot_place", condition=Q(unit=None)),
            models.Index(fields=["service", "unit", "starts_at"], name="booking_slot_unit", condition=Q(place=None)),
        ]


class Quota(models.Model):
    """Places of a slot for one group, and how many of them are taken."""

    slot = models.ForeignKey(Slot, models.CASCADE, related_name="quotas")
    group = models.CharField(max_length=60, blank=True, help_text="Empty: everybody.")
    capacity = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0, help_text="Kept by a trigger on bookings.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slot", "group"], name="booking_quota_once"),
            models.CheckConstraint(condition=Q(taken__lte=models.F("capacity")), name="booking_never_oversold"),
        ]


class Booking(models.Model):
    """Booked places of a slot, from hold to outcome.

    `reference` is that of its case; without a case (not open yet, or a walk-in) it is the booking's own.
    """

    reference = models.CharField(max_length=30, unique=True)
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="bookings")
    quota = models.ForeignKey(Quota, models.PROTECT, null=True, related_name="bookings", db_index=False)
    group = models.CharField(max_length=60, blank=True, help_text="As which the person booked.")
    party = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=STATES)
    resident = models.ForeignKey(Resident, models.PROTECT, null=True, help_text="None: a walk-in.")
    period = models.CharField(max_length=80, help_text="Within which the same person books once.")
    user = models.ForeignKey(User, models.PROTECT, null=True, db_index=False, help_text="Who booked.")
    draft = models.ForeignKey(Draft, models.SET_NULL, null=True, db_index=False)
    case = models.OneToOneField(Case, models.PROTECT, null=True, related_name="booking")
    request = models.BinaryField(null=True, help_text="Sealed: what the case will be opened from.")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    called_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    number = models.CharField(max_length=10, blank=True, help_text="In the queue of the day, from arrival on.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "period"],
                condition=Q(state__in=EXCLUSIVE_STATES, resident__isnull=False),
                name="booking_once_a_period",
            ),
            models.CheckConstraint(condition=Q(party__gte=1), name="booking_for_somebody"),
            models.CheckConstraint(
                condition=~Q(state__in=OCCUPYING_STATES) | Q(quota__isnull=False), name="booking_takes_of_a_quota"
            ),
            models.CheckConstraint(
                condition=Q(state__in=EXPIRING_STATES, expires_at__isnull=False)
                | (~Q(state__in=EXPIRING_STATES) & Q(expires_at__isnull=True)),
                name="booking_only_holds_expire",
            ),
            models.CheckConstraint(
                condition=~Q(state="arrived") | (Q(arrived_at__isnull=False) & ~Q(number="")),
                name="booking_arrived_with_number",
            ),
        ]
        indexes = [
            models.Index(
                fields=["quota", "expires_at"], name="booking_passing", condition=Q(state__in=EXPIRING_STATES)
            ),
            models.Index(fields=["slot", "made_at"], name="booking_waiting", condition=Q(state="waiting")),
            models.Index(fields=["id"], name="booking_without_case", condition=Q(case=None, request__isnull=False)),
            models.Index(fields=["draft"], name="booking_of_draft", condition=Q(draft__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.reference


class QueueTicket(models.Model):
    """A visitor in the waiting room of a service in high demand. Arrivals of one window are ordered by lot."""

    service = models.ForeignKey(Service, models.CASCADE)
    visitor = models.CharField(max_length=64)
    batch = models.BigIntegerField(help_text="Number of the window in which they came.")
    draw = models.FloatField(help_text="Their place among those of the same batch.")
    seen_at = models.DateTimeField(help_text="When they last asked; who stays away is passed over.")
    admitted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "booking_turn"
        constraints = [models.UniqueConstraint(fields=["service", "visitor"], name="booking_turn_once")]
        indexes = [
            models.Index(fields=["service", "batch", "draw"], name="booking_turn_order"),
            models.Index(fields=["service", "admitted_at"], name="booking_turn_admitted"),
        ]
