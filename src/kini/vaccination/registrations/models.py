"""Registrations of people for a dose, and next doses: when a dose that follows another one is due."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kini.booking.models import Booking
from kini.city.models import Agency
from kini.core.database.encryption import EncryptedDateField
from kini.people.models import Person, User
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.sites.models import AddedDose, Site

#: Active registrations of one account; the database numbers them up to this.
MOST_PER_ACCOUNT = 20


class Registration(models.Model):
    """Wish for one dose of one person: first without, then with an appointment.

    A person has one active registration for a dose of a series. An account has at most `MOST_PER_ACCOUNT` active ones:
    each takes a `number_of_account`, which no other one has.

    Attributes:
        person: of the household, or recorded for this registration, without a profile and with a temporary identity.
        birth_date: only where the person's own record has none.
        proofs: target groups that need a proof, as stated.
        last_vaccine, last_given_on: a dose elsewhere, as stated; looked at only while no dose is on record.
        vaccine: of the appointment.
        possible_from: first day on which the rules allow the dose, as they were at the last look.
        together_with: whose appointment this dose is given at, of another series of the same person.
        added_dose: set aside for it there.
    """

    STATES: ClassVar = ("waiting", "booked", "given", "missed", "cancelled")
    ACTIVE: ClassVar = ("waiting", "booked")
    CHANNELS: ClassVar = ("web", "sms", "desk", "demo")

    reference = models.CharField(max_length=20, unique=True, help_text='Public number, "VR-7KQ2-M4XD".')
    person = models.ForeignKey(Person, models.PROTECT, related_name="vaccination_registrations")
    campaign = models.CharField(max_length=60, help_text="Of the pack.")
    series = models.CharField(max_length=60, help_text="Of the campaign.")
    number = models.PositiveSmallIntegerField(help_text="Of the dose in its series.")
    vaccine = models.CharField(max_length=60, blank=True, help_text="Of the pack; empty: any.")
    group = models.CharField(max_length=60, blank=True, help_text="Target group of the campaign.")
    proofs = ArrayField(models.CharField(max_length=60), default=list)
    lives_in_city = models.BooleanField()
    birth_date = EncryptedDateField(context="vaccination.registration.birth-date", null=True)
    birth_precision = models.CharField(max_length=5, blank=True, choices=[(each, each) for each in Person.PRECISIONS])
    last_vaccine = models.CharField(max_length=60, blank=True)
    last_given_on = models.DateField(null=True)
    possible_from = models.DateField(null=True)
    channel = models.CharField(max_length=4, choices=[(each, each) for each in CHANNELS])
    registered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    number_of_account = models.PositiveSmallIntegerField(null=True, help_text="Among the account's active ones.")
    booking = models.OneToOneField(Booking, models.SET_NULL, null=True, related_name="vaccination_registration")
    together_with = models.ForeignKey("self", models.SET_NULL, null=True, related_name="others")
    added_dose = models.OneToOneField(AddedDose, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=9, choices=[(each, each) for each in STATES], default="waiting")
    called_at = models.DateTimeField(null=True, help_text="When it was told that the turn has come.")
    reminded_at = models.DateTimeField(null=True, help_text="Of the appointment.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "campaign", "series", "number"],
                condition=Q(state__in=("waiting", "booked")),
                name="vaccination_registered_once",
            ),
            models.UniqueConstraint(
                fields=["registered_by", "number_of_account"],
                condition=Q(state__in=("waiting", "booked"), number_of_account__isnull=False),
                name="vaccination_registered_within_limit",
            ),
            models.CheckConstraint(
                condition=Q(number_of_account__isnull=True)
                | Q(number_of_account__gte=1, number_of_account__lte=MOST_PER_ACCOUNT),
                name="vaccination_registered_at_most",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=("desk", "demo"))
                | Q(number_of_account__isnull=False)
                | Q(registered_by__isnull=True),
                name="vaccination_registered_counted",
            ),
            models.CheckConstraint(
                condition=~Q(state="booked")
                | ~Q(vaccine="") & (Q(booking__isnull=False) | Q(together_with__isnull=False)),
                name="vaccination_booked_with_appointment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "booked"), ended_at__isnull=True)
                | (~Q(state__in=("waiting", "booked")) & Q(ended_at__isnull=False)),
                name="vaccination_registration_ended",
            ),
            models.CheckConstraint(
                condition=Q(last_given_on__isnull=True, last_vaccine="")
                | (Q(last_given_on__isnull=False) & ~Q(last_vaccine="")),
                name="vaccination_registration_last_whole",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="vaccination_registration_from_one"),
        ]
        indexes = [
            models.Index(fields=["registered_by", "created_at"], name="vaccination_registered_by"),
            models.Index(
                fields=["campaign", "possible_from"], name="vaccination_reg_waiting", condition=Q(state="waiting")
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def dose_name(self) -> str:
        """Name of the dose in its series."""
        return campaign_of(self.campaign).dose_name(self.series, self.number)

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE


class NextDose(models.Model):
    """Dose that follows the doses of a person in a series: computed from them, so that who missed one is found.

    `agency` and `area_path` are those of the site of the last dose, whose team looks after the person.

    Attributes:
        due_on: recommended day. missed_after: last day before it counts as missed; None: it never does.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="next_doses")
    campaign = models.CharField(max_length=60, help_text="Of the pack.")
    series = models.CharField(max_length=60, help_text="Of the campaign.")
    number = models.PositiveSmallIntegerField()
    last_vaccine = models.CharField(max_length=60)
    last_given_on = models.DateField()
    due_on = models.DateField()
    missed_after = models.DateField(null=True)
    site = models.ForeignKey(Site, models.SET_NULL, null=True, related_name="+", help_text="Of the last dose.")
    facility = models.ForeignKey("city.Unit", models.SET_NULL, null=True, related_name="+")
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="+")
    area_path = models.CharField(max_length=120)
    due_told_at = models.DateTimeField(null=True)
    missed_told_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "campaign", "series"], name="vaccination_next_dose_once"),
            models.CheckConstraint(condition=Q(number__gte=2), name="vaccination_next_dose_follows"),
            models.CheckConstraint(
                condition=Q(missed_after__isnull=True) | Q(missed_after__gte=F("due_on")),
                name="vaccination_next_dose_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], name="vaccination_next_dose_due", condition=Q(due_told_at=None)),
            models.Index(fields=["agency", "area_path", "missed_after"], name="vaccination_next_dose_missed"),
        ]

    @property
    def dose_name(self) -> str:
        """Name of the dose in its series."""
        return campaign_of(self.campaign).dose_name(self.series, self.number)
