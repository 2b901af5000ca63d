"""Activities of volunteers, their shifts and roles, sign-ups, and dated facts about volunteers.

Triggers (`sql/`) count sign-ups in their role, as bookings are counted in their quota, and hold who may sign up.
"""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kini.city.models import Area
from kini.core.database.encryption import EncryptedDateField, EncryptedTextField
from kini.people.models import Resident, User

SIGN_UP_STATES = ("booked", "cancelled", "attended", "absent")
#: Sides that may say that somebody did not come.
WITNESSES = ("organizer", "officer")


class Activity(models.Model):
    """Work of volunteers at one place, once or on weekdays, in the city's time. Public once an officer released it.

    Attributes:
        giver: group, firm or aggregator that organizes it; None: officers of the area do.
        weekdays: 1 (Monday) to 7; empty: on the first day only.
        every_weeks: 2: every second week, counted from the week of the first day.
        minimum_age: in years on the day of the shift.
        with_children: only for volunteers who were screened.
    """

    name = models.CharField(max_length=120)
    about = models.CharField(max_length=1000)
    giver = models.ForeignKey("together.Giver", models.PROTECT, null=True, related_name="activities")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    meeting_point = models.CharField(max_length=240)
    first_day = models.DateField()
    last_day = models.DateField()
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list)
    every_weeks = models.PositiveSmallIntegerField(default=1)
    begins = models.TimeField()
    minutes = models.PositiveSmallIntegerField()
    minimum_age = models.PositiveSmallIntegerField(default=0)
    with_children = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "activities"
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="together_activity_of_days"),
            models.CheckConstraint(condition=Q(minutes__range=(15, 1440)), name="together_activity_minutes"),
            models.CheckConstraint(condition=Q(every_weeks__gte=1), name="together_activity_weeks"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True)
                | Q(released_by__isnull=True)
                | Q(created_by__isnull=True)
                | ~Q(released_by=F("created_by")),
                name="together_activity_by_two",
            ),
        ]
        indexes = [models.Index(fields=["giver"], name="together_activity_giver", condition=Q(giver__isnull=False))]

    def __str__(self) -> str:
        return self.name


class ActivityRole(models.Model):
    """A role of an activity and how many are needed at each shift: "driver 1, helper 4"."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="roles")
    name = models.CharField(max_length=60)
    capacity = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "name"], name="together_role_once"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="together_role_of_somebody"),
        ]


class Shift(models.Model):
    """One day of an activity.

    Attributes:
        day: in the city.
        code: six digits that are shown at the place; volunteers check in with them.
    """

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="shifts")
    day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    code = models.CharField(max_length=6)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_because = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "day"], name="together_shift_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="together_shift_ends_later"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{6}$"), name="together_shift_code"),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True, cancelled_because="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancelled_because="")),
                name="together_shift_cancelled_why",
            ),
        ]
        indexes = [models.Index(fields=["starts_at"], name="together_shift_start")]


class ShiftRole(models.Model):
    """Places of a role at a shift, and how many are taken. A trigger counts."""

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="roles")
    name = models.CharField(max_length=60)
    capacity = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shift", "name"], name="together_shift_role_once"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="together_role_not_overfull"),
        ]

    @property
    def left(self) -> int:
        """Places that nobody has taken."""
        return self.capacity - self.taken


class Volunteer(models.Model):
    """A resident who volunteers, with somebody to call in an emergency.

    Attributes:
        birth_date: as typed, where the profile has none.
        feed_version: part of the secret address of the calendar feed; a new one makes a new address.
    """

    resident = models.OneToOneField(Resident, models.PROTECT, related_name="volunteer")
    emergency_contact = EncryptedTextField(context="together.emergency-contact", help_text="Name and phone.")
    birth_date = EncryptedDateField(context="together.volunteer.birth-date", null=True)
    feed_version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    @property
    def born(self) -> date | None:
        """Birth date of the profile, or else as it was typed."""
        born: date | None = self.resident.birth_date or self.birth_date
        return born


class ChildrenScreening(models.Model):
    """Dated fact: a volunteer was screened for work with children, as an officer saw in a paper. Days included."""

    volunteer = models.ForeignKey(Volunteer, models.CASCADE, related_name="screenings")
    valid_from = models.DateField()
    valid_until = models.DateField()
    paper = models.CharField(max_length=120, help_text="Kind and number of the paper.")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="together_screening_of_days"),
            models.CheckConstraint(condition=~Q(paper=""), name="together_screening_paper"),
        ]


class SignUp(models.Model):
    """A volunteer at a shift in one role.

    Attributes:
        key: of the form, so that it is sent once.
        minutes: served; None until the check-in.
        witness, witness_by: side and account that said that the volunteer did not come.
        objection: words of the volunteer against it.
    """

    STATES: ClassVar = SIGN_UP_STATES

    key = models.UUIDField(unique=True)
    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="sign_ups")
    shift = models.ForeignKey(Shift, models.PROTECT, related_name="sign_ups")
    role = models.ForeignKey(ShiftRole, models.PROTECT, related_name="sign_ups")
    state = models.CharField(max_length=10, default="booked", choices=[(each, each) for each in SIGN_UP_STATES])
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    checked_in_at = models.DateTimeField(null=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    witness = models.CharField(max_length=10, blank=True, choices=[(each, each) for each in WITNESSES])
    witness_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    objection = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer", "shift"], condition=~Q(state="cancelled"), name="together_sign_up_once"
            ),
            models.CheckConstraint(
                condition=Q(state="attended", checked_in_at__isnull=False, minutes__isnull=False)
                | (~Q(state="attended") & Q(checked_in_at__isnull=True, minutes__isnull=True)),
                name="together_attended_when",
            ),
            models.CheckConstraint(condition=~Q(state="absent") | ~Q(witness=""), name="together_absent_says_who"),
        ]
        indexes = [models.Index(fields=["shift"], name="together_sign_up_shift")]
