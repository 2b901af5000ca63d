"""Contacts of cases with their exposures and daily checks."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kini.city.models import Agency, Area, Unit
from kini.core.database.encryption import EncryptedLookupField, EncryptedTextField
from kini.epidemic.case_records.models import CaseRecord
from kini.people.models import Person, User


class ContactStatus(models.TextChoices):
    """Status of a contact (SORMAS)."""

    ACTIVE = "active"
    CONVERTED = "converted", "became a case"
    DROPPED = "dropped", "was no contact"


class FollowUp(models.TextChoices):
    """Status of a contact's follow-up (SORMAS)."""

    NONE = "none", "risk below the disease's rule: advice only"
    UNDER = "under"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    LOST = "lost"


class Contact(models.Model):
    """A person who was exposed to one case or more of a disease, with one follow-up from the latest exposure.

    It belongs to the unit (health centre) of the place of residence. A person who is exposed again after the follow-up
    ended is another contact. Days are of the city's time zone; scores and terms are computed by the disease's rules.
    """

    reference = models.CharField(max_length=20, unique=True, help_text='Public number, "CT-7KQ2-M4XD".')
    disease = models.CharField(max_length=60)
    person = models.ForeignKey(Person, models.PROTECT, related_name="contacts")
    status = models.CharField(max_length=9, choices=ContactStatus.choices, default=ContactStatus.ACTIVE)
    follow_up = models.CharField(max_length=9, choices=FollowUp.choices, default=FollowUp.UNDER)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", help_text="That follows the contact up."
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", help_text="Residence.")
    area_path = models.CharField(max_length=120)
    risk = models.SmallIntegerField(help_text="Highest score of the exposures.")
    first_exposure_on = models.DateField()
    last_exposure_on = models.DateField(help_text="The follow-up counts from here.")
    follow_up_until = models.DateField(help_text="Last day of the follow-up.")
    quarantine_until = models.DateField(null=True, help_text="Last day; none: no quarantine.")
    quarantine_reason = models.CharField(max_length=12, blank=True, help_text='"rule", or "test": ended by a result.')
    last_seen_on = models.DateField(null=True, help_text="Day of the latest check in which the contact was reached.")
    symptoms_since = models.DateField(null=True, help_text="First day on which symptoms were reported.")
    red_flag_at = models.DateTimeField(null=True, help_text="Reported and not yet handled by a tracer.")
    ended_at = models.DateTimeField(null=True, help_text="When the follow-up ended.")
    end_reason = EncryptedTextField(context="epidemic.contact.end", blank=True)
    became_case = models.ForeignKey(CaseRecord, models.PROTECT, null=True, related_name="was_contact")
    answer_code = EncryptedLookupField(
        context="epidemic.contact.code", null=True, unique=True, help_text="Of the page on which the contact answers."
    )
    rule_since = models.DateField(help_text="First day of the follow-up rule.")
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, help_text="Raised by each change; a form names the one it read.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "disease"], condition=Q(follow_up="under"), name="epidemic_contact_one_follow_up"
            ),
            models.CheckConstraint(
                condition=Q(follow_up="under", ended_at__isnull=True)
                | (~Q(follow_up="under") & Q(ended_at__isnull=False)),
                name="epidemic_contact_ends_with_follow_up",
            ),
            models.CheckConstraint(
                condition=Q(status="converted", became_case__isnull=False, follow_up="cancelled")
                | (~Q(status="converted") & Q(became_case__isnull=True)),
                name="epidemic_contact_converted_to_a_case",
            ),
            models.CheckConstraint(
                condition=~Q(status="dropped") | (Q(follow_up="cancelled") & ~Q(end_reason="")),
                name="epidemic_contact_dropped_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(first_exposure_on__lte=F("last_exposure_on"), last_exposure_on__lte=F("follow_up_until")),
                name="epidemic_contact_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(quarantine_until__isnull=True, quarantine_reason="")
                | (
                    Q(quarantine_until__isnull=False, quarantine_until__gte=F("last_exposure_on"))
                    & ~Q(quarantine_reason="")
                ),
                name="epidemic_contact_quarantine_whole",
            ),
            models.CheckConstraint(condition=~Q(disease=""), name="epidemic_contact_disease"),
        ]
        indexes = [
            models.Index(fields=["agency", "area_path"], name="epidemic_contact_scope"),
            models.Index(fields=["unit"], name="epidemic_contact_open", condition=Q(follow_up="under")),
            models.Index(fields=["follow_up_until"], name="epidemic_contact_until", condition=Q(follow_up="under")),
            models.Index(fields=["disease", "created_at"], name="epidemic_contact_created"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """True while the contact is followed up."""
        return self.follow_up == FollowUp.UNDER


class ContactExposure(models.Model):
    """Exposure of a contact to a case: the link of a chain. Ids are those of the disease's file."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="exposures")
    case = models.ForeignKey(CaseRecord, models.PROTECT, related_name="exposed_contacts")
    relation = models.CharField(max_length=60)
    setting = models.CharField(max_length=60)
    protections = ArrayField(models.CharField(max_length=60), default=list)
    household = models.BooleanField(default=False)
    first_day = models.DateField()
    last_day = models.DateField()
    risk = models.SmallIntegerField()
    client_key = models.UUIDField(null=True, unique=True, help_text="Of the phone's form: sent twice, recorded once.")
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "case"], name="epidemic_contact_exposure_once"),
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")), name="epidemic_contact_exposure_in_order"
            ),
            models.CheckConstraint(condition=~Q(relation="") & ~Q(setting=""), name="epidemic_contact_exposure_whole"),
        ]
        indexes = [models.Index(fields=["case"], name="epidemic_contact_of_case")]


class DailyCheck(models.Model):
    """A daily check of a contact, or an attempt; append-only. Several of a day all count: symptoms are never lost.

    `key` makes it stored once: the id of the inbound message, or a key of the form on the tracer's phone.
    """

    CHANNELS: ClassVar = ("reply", "page", "visit", "call", "import", "demo")

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="checks")
    day = models.DateField(help_text="The day that it is about.")
    reached = models.BooleanField(help_text="False: an attempt in vain.")
    symptoms = ArrayField(models.CharField(max_length=60), default=list)
    red_flag = models.BooleanField(default=False)
    after_end = models.BooleanField(default=False, help_text="Arrived after the follow-up had ended.")
    channel = models.CharField(max_length=6, choices=[(each, each) for each in CHANNELS])
    key = models.CharField(max_length=80)
    note = EncryptedTextField(context="epidemic.check.note", blank=True)
    at = models.DateTimeField(help_text="When it was made; on a phone without a net before it arrived.")
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "key"], name="epidemic_check_once"),
            models.CheckConstraint(condition=~Q(key=""), name="epidemic_check_key"),
            models.CheckConstraint(
                condition=Q(reached=True) | Q(symptoms=[], red_flag=False), name="epidemic_check_reached"
            ),
        ]
        indexes = [
            models.Index(fields=["contact", "day"], name="epidemic_check_day"),
            models.Index(fields=["day"], name="epidemic_check_seen", condition=Q(reached=True)),
        ]


class TracingCount(models.Model):
    """Number of contacts whose records were removed, by unit's area, day of the end and measure: names nobody."""

    disease = models.CharField(max_length=60)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", help_text="Of the unit, not of the residence.")
    day = models.DateField(help_text="On which the follow-up ended.")
    measure = models.CharField(max_length=12, help_text="completed, lost, dropped, converted, none ...; days, seen.")
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["disease", "area", "day", "measure"], name="epidemic_tracing_count_once")
        ]


class Gathering(models.Model):
    """A venue on some days, or an event, at which people may have infected each other: the place of a cluster."""

    name = models.CharField(max_length=160)
    disease = models.CharField(max_length=60)
    setting = models.CharField(max_length=60, help_text="Id of the disease's file.")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=120)
    first_day = models.DateField()
    last_day = models.DateField()
    people = models.PositiveIntegerField(null=True, help_text="Estimated number of those who were there.")
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="epidemic_gathering_days_in_order"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(disease="") & ~Q(setting=""), name="epidemic_gathering_whole"
            ),
            models.UniqueConstraint(fields=["disease", "area", "name", "first_day"], name="epidemic_gathering_once"),
        ]
        indexes = [models.Index(fields=["agency", "area_path"], name="epidemic_gathering_scope")]

    def __str__(self) -> str:
        return self.name


class Attendance(models.Model):
    """A person's presence at a gathering, which they told with their consent."""

    gathering = models.ForeignKey(Gathering, models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Person, models.PROTECT, related_name="attendances")
    day = models.DateField(help_text="The first one that is known.")
    consent_evidence = models.CharField(max_length=120, help_text="In which interview, or on which paper.")
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "person"], name="epidemic_attendance_once"),
            models.CheckConstraint(condition=~Q(consent_evidence=""), name="epidemic_attendance_with_consent"),
        ]


class LarvaInspection(models.Model):
    """Inspection of the houses around a case of a disease that mosquitoes carry."""

    case = models.OneToOneField(CaseRecord, models.PROTECT, related_name="larva_inspection")
    disease = models.CharField(max_length=60)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=120)
    due_on = models.DateField()
    planned_houses = models.PositiveSmallIntegerField()
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(planned_houses__gte=1), name="epidemic_larva_inspection_houses")
        ]
        indexes = [
            models.Index(fields=["agency", "area_path"], name="epidemic_larva_scope"),
            models.Index(fields=["due_on"], name="epidemic_larva_due", condition=Q(closed_at=None)),
        ]


class HouseVisit(models.Model):
    """A visit to a house of a larva inspection."""

    RESULTS: ClassVar = ("inspected", "nobody-home", "refused")

    inspection = models.ForeignKey(LarvaInspection, models.CASCADE, related_name="visits")
    house = EncryptedTextField(context="epidemic.house", help_text="Number or sign, to find it again.")
    day = models.DateField()
    result = models.CharField(max_length=12, choices=[(each, each) for each in RESULTS])
    client_key = models.UUIDField(unique=True, help_text="Of the phone's form: sent twice, recorded once.")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)


class ContainerCount(models.Model):
    """Containers of one type in a house: how many were inspected, and in how many larvae lived."""

    visit = models.ForeignKey(HouseVisit, models.CASCADE, related_name="containers")
    container = models.CharField(max_length=60, help_text="Id of the disease's file.")
    inspected = models.PositiveSmallIntegerField()
    positive = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "container"], name="epidemic_container_once"),
            models.CheckConstraint(
                condition=Q(inspected__gte=1, positive__lte=F("inspected")),
                name="epidemic_container_positive_of_inspected",
            ),
        ]
