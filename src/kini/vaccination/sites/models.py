"""Sites that give vaccines, lots, vials and deliveries of vaccines, and sessions. Quantities are in the ledger."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kini.booking.models import Booking, Slot
from kini.city.models import Agency, Area, Place, Unit
from kini.people.models import Person, User


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


class SiteHours(models.Model):
    """A line of a site's weekly timetable: when it gives vaccines and, of a car, at which place."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(help_text="0: Monday.")
    starts = models.TimeField()
    ends = models.TimeField()
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", help_text="None: that of the site.")
    an_hour = models.PositiveIntegerField(help_text="Doses that the team can give in an hour.")
    walk_in_percent = models.PositiveSmallIntegerField(help_text="Share for people without an appointment.")

    class Meta:
        ordering = ["site", "weekday", "starts"]
        constraints = [
            models.UniqueConstraint(fields=["site", "weekday", "starts"], name="vaccination_hours_once"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="vaccination_hours_of_a_week"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="vaccination_hours_end_later"),
            models.CheckConstraint(condition=Q(an_hour__gte=1), name="vaccination_hours_with_doses"),
            models.CheckConstraint(condition=Q(walk_in_percent__lte=100), name="vaccination_hours_percent"),
        ]


class Lot(models.Model):
    """A lot of a vaccine, as printed on its vials."""

    vaccine = models.CharField(max_length=60, help_text="Of the pack.")
    number = models.CharField(max_length=40)
    expires_on = models.DateField(help_text="Last day on which it may be given.")
    vial_ul = models.PositiveIntegerField(default=500, help_text="Content of a vial in microlitres.")
    open_minutes = models.PositiveIntegerField(default=360, help_text="Within which an opened vial must be used.")
    recalled_at = models.DateTimeField(null=True, help_text="Since when none of it may be given.")
    recalled_because = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vaccine", "number"], name="vaccination_lot_once"),
            models.CheckConstraint(condition=~Q(vaccine="") & ~Q(number=""), name="vaccination_lot_named"),
            models.CheckConstraint(condition=Q(vial_ul__gte=1, open_minutes__gte=1), name="vaccination_lot_of_vials"),
            models.CheckConstraint(
                condition=Q(recalled_at__isnull=True, recalled_because="")
                | (Q(recalled_at__isnull=False) & ~Q(recalled_because="")),
                name="vaccination_lot_recalled_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vaccine} {self.number}"


class Vial(models.Model):
    """An opened vial. Its content is a balance of the ledger; doses are never pooled from several vials."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="vials")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="vials")
    opened_at = models.DateTimeField()
    use_by = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="Since when it is empty or thrown away.")

    class Meta:
        indexes = [models.Index(fields=["site", "lot"], name="vaccination_vial_open", condition=Q(ended_at=None))]
        constraints = [models.CheckConstraint(condition=Q(use_by__gt=F("opened_at")), name="vaccination_vial_use_by")]


class Shipment(models.Model):
    """Vials on the way from one site to another: in neither's stock until they are counted in."""

    uuid = models.UUIDField(unique=True, help_text="Of the form, so that it is sent once.")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+")
    sender = models.ForeignKey(Site, models.PROTECT, related_name="sent")
    receiver = models.ForeignKey(Site, models.PROTECT, related_name="received")
    vials = models.PositiveIntegerField()
    sent_at = models.DateTimeField()
    arrived_vials = models.PositiveIntegerField(null=True)
    arrived_at = models.DateTimeField(null=True)
    missing_because = models.CharField(max_length=240, blank=True)

    class Meta:
        indexes = [models.Index(fields=["receiver"], name="vaccination_shipment_due", condition=Q(arrived_at=None))]
        constraints = [
            models.CheckConstraint(condition=Q(vials__gte=1), name="vaccination_shipment_of_vials"),
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="vaccination_shipment_elsewhere"),
            models.CheckConstraint(
                condition=Q(arrived_at__isnull=True, arrived_vials__isnull=True)
                | Q(arrived_at__isnull=False, arrived_vials__lte=F("vials")),
                name="vaccination_shipment_arrives_whole",
            ),
            models.CheckConstraint(
                condition=Q(arrived_vials__isnull=True) | Q(arrived_vials=F("vials")) | ~Q(missing_because=""),
                name="vaccination_shipment_missing_reason",
            ),
        ]


class Session(models.Model):
    """A slot in which a site gives one vaccine. Each place of its quotas has a dose set aside in the ledger.

    A trigger on quotas moves doses between the stock that is free, open places and booked ones
    (`sql/vaccination_quota_stock.sql`). After the slot the session is settled: what is left is free again.
    """

    slot = models.OneToOneField(Slot, models.PROTECT, primary_key=True, related_name="vaccination_session")
    site = models.ForeignKey(Site, models.PROTECT, related_name="sessions")
    campaign = models.CharField(max_length=60, help_text="Of the pack.")
    vaccine = models.CharField(max_length=60, help_text="Of the pack.")
    dose_ul = models.PositiveIntegerField(help_text="Set aside for each place.")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(dose_ul__gte=1), name="vaccination_session_of_doses")]
        indexes = [
            models.Index(fields=["site", "vaccine"], name="vaccination_session_open", condition=Q(settled_at=None))
        ]


class SecondDose(models.Model):
    """A dose that is kept at a site for somebody who had the one before, until they take it, go elsewhere, or lapse.

    Attributes:
        first_dose: uuid of the dose that was given; nothing else here says whose it is.
        kept: in the ledger; False while the site has no free dose, until the next delivery.
    """

    ENDS: ClassVar = ("taken", "released", "lapsed")

    first_dose = models.UUIDField(unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="second_doses")
    campaign = models.CharField(max_length=60, help_text="Of the pack.")
    vaccine = models.CharField(max_length=60, help_text="Of the pack.")
    dose_ul = models.PositiveIntegerField()
    due_on = models.DateField(help_text="Recommended day; it is planned for its week.")
    until = models.DateField(help_text="Last day for which it is kept.")
    kept = models.BooleanField(default=False)
    booking = models.OneToOneField(Booking, models.SET_NULL, null=True, related_name="second_dose")
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=8, blank=True, choices=[(each, each) for each in ENDS])

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("due_on")), name="vaccination_second_until_later"),
            models.CheckConstraint(condition=Q(dose_ul__gte=1), name="vaccination_second_of_a_dose"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="") | Q(ended_at__isnull=False) & ~Q(ended_because=""),
                name="vaccination_second_ended_because",
            ),
            models.CheckConstraint(
                condition=Q(kept=False) | Q(ended_at__isnull=True), name="vaccination_second_kept_until_end"
            ),
        ]
        indexes = [models.Index(fields=["site", "vaccine"], name="vaccination_second_due", condition=Q(ended_at=None))]


class AddedDose(models.Model):
    """A dose of an appointment beside the one of its place: of another vaccine, given at the same visit.

    Triggers set it aside out of the site's free stock in the statement that stores it, and give it back in the one that
    ends it, or its booking (`sql/vaccination_added_dose.sql`).
    """

    ENDS: ClassVar = ("given", "released", "settled")

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="added_doses")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    vaccine = models.CharField(max_length=60, help_text="Of the pack.")
    dose_ul = models.PositiveIntegerField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=8, blank=True, choices=[(each, each) for each in ENDS])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "vaccine"], condition=Q(ended_at=None), name="vaccination_added_dose_once"
            ),
            models.CheckConstraint(condition=Q(dose_ul__gte=1), name="vaccination_added_of_a_dose"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="") | Q(ended_at__isnull=False) & ~Q(ended_because=""),
                name="vaccination_added_ended_because",
            ),
        ]


class StandbyRequest(models.Model):
    """Somebody near a site who wants to come within the hour when doses are left at the end of the day.

    Called at most once, in the order of their requests; a call that is not answered in time lapses. Somebody without a
    profile is called through the account that registered them.
    """

    STATES: ClassVar = ("waiting", "called", "coming", "declined", "lapsed", "ended")

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+", help_text="Whom the call is sent to.")
    site = models.ForeignKey(Site, models.CASCADE, related_name="standby_requests")
    campaign = models.CharField(max_length=60, help_text="Of the pack.")
    vaccines = models.JSONField(help_text="That the person may have.")
    day = models.DateField()
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=[(each, each) for each in STATES], default="waiting")
    called_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    session = models.ForeignKey(Session, models.SET_NULL, null=True, related_name="+", help_text="Of the call.")
    booking = models.OneToOneField(Booking, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "campaign", "day"], name="vaccination_standby_once_a_day"),
            models.CheckConstraint(
                condition=~Q(state="called") | Q(called_at__isnull=False, answer_by__isnull=False),
                name="vaccination_standby_called_until",
            ),
        ]
        indexes = [models.Index(fields=["site", "day", "made_at"], name="vaccination_standby_order")]
