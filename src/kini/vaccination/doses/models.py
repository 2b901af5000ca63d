"""Doses of vaccines that people had, or did not get, with the reason."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kini.city.models import Agency, Area, Unit
from kini.core.database.encryption import EncryptedJSONField, EncryptedTextField
from kini.people.models import Person, User
from kini.vaccination.sites.models import Lot, Site


class Dose(models.Model):
    """One dose of one person. Days are of the city's time zone; quantities in microlitres.

    No constraint keeps a person to one dose of a number: two persons who turn out to be one may each have it, and their
    merge must not fail; the same number twice is shown as a warning. Age and areas are those of the day, so that counts
    need neither names nor birth dates: `area` is where the person lived, `agency` and `site_area_path` where it was
    given.
    """

    STATES: ClassVar = ("given", "not-done", "entered-in-error")
    SOURCES: ClassVar = ("site", "elsewhere", "national", "import", "demo")

    uuid = models.UUIDField(unique=True, help_text="Made where it was recorded, also without a network.")
    reference = models.CharField(max_length=20, unique=True, help_text='Public number, "VC-7KQ2-M4XD".')
    person = models.ForeignKey(Person, models.PROTECT, related_name="doses")
    campaign = models.CharField(max_length=60, help_text="Of the pack.")
    vaccine = models.CharField(max_length=60, help_text="Of the pack.")
    number = models.PositiveSmallIntegerField(help_text="In the series of the campaign, boosters counted on.")
    group = models.CharField(max_length=60, blank=True, help_text="Target group by which the person was eligible.")
    volume_ul = models.PositiveIntegerField(help_text="0: not done, or not known.")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="doses")
    lot_number = models.CharField(max_length=40, blank=True, help_text="As read, where no lot is known.")
    given_on = models.DateField()
    given_at = models.DateTimeField(null=True, help_text="None: only the day is known.")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="doses", help_text="None: elsewhere.")
    facility = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", help_text="Of the site.")
    elsewhere = models.CharField(max_length=160, blank=True, help_text="Place and country, as told.")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", help_text="That recorded it.")
    site_area_path = models.CharField(max_length=120, help_text="Of the site, or of the agency's area.")
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+", help_text="Residence; None: elsewhere.")
    age = models.PositiveSmallIntegerField(null=True, help_text="In years.")
    sex = models.CharField(max_length=6, blank=True, choices=[("female", "female"), ("male", "male")])
    vaccinator = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=16, choices=[(each, each) for each in STATES])
    reason = models.CharField(max_length=240, blank=True, help_text="Why it was not done, or is an error.")
    source = models.CharField(max_length=9, choices=[(each, each) for each in SOURCES])
    source_key = models.CharField(max_length=120, blank=True, help_text="Of the other system.")
    recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())
    version = models.PositiveIntegerField(default=1, help_text="Raised by each change; a form names the one it read.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_key"], condition=~Q(source_key=""), name="vaccination_dose_source_once"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="vaccination_dose_from_one"),
            models.CheckConstraint(condition=~Q(campaign="") & ~Q(vaccine=""), name="vaccination_dose_named"),
            models.CheckConstraint(condition=Q(state="given") | ~Q(reason=""), name="vaccination_dose_reason"),
            models.CheckConstraint(
                condition=~Q(source="site") | Q(site__isnull=False, facility__isnull=False),
                name="vaccination_dose_of_a_site",
            ),
            models.CheckConstraint(
                condition=~Q(source="site", state="given")
                | Q(lot__isnull=False, given_at__isnull=False, volume_ul__gt=0),
                name="vaccination_dose_given_with_lot",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "campaign", "given_on"], name="vaccination_dose_person"),
            models.Index(fields=["campaign", "given_on"], name="vaccination_dose_day"),
            models.Index(fields=["agency", "site_area_path"], name="vaccination_dose_scope"),
            models.Index(fields=["facility", "given_on"], name="vaccination_dose_facility"),
            models.Index(fields=["updated_at"], name="vaccination_dose_updated"),
            models.Index(fields=["lot"], name="vaccination_dose_lot", condition=Q(lot__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.reference


class DoseRevision(models.Model):
    """Values of a dose before a change: by whom, when and why they were replaced; append-only."""

    CHANGES: ClassVar = ("corrected", "moved", "entered-in-error")

    dose = models.ForeignKey(Dose, models.PROTECT, related_name="revisions")
    version = models.PositiveIntegerField(help_text="That had these values.")
    change = models.CharField(max_length=16, choices=[(each, each) for each in CHANGES])
    at = models.DateTimeField(db_default=Now(), editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    reason = EncryptedTextField(context="vaccination.revision.reason")
    before = EncryptedJSONField(
        context="vaccination.revision.before", help_text="Values by field, of those that changed."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dose", "version"], name="vaccination_revision_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="vaccination_revision_reason"),
        ]


class DoseDispute(models.Model):
    """Statement that a dose is wrong, by the person in whose record it stands; and a corrector's decision about it."""

    DECISIONS: ClassVar = ("moved", "corrected", "entered-in-error", "kept")

    dose = models.ForeignKey(Dose, models.PROTECT, related_name="disputes")
    filed_at = models.DateTimeField(db_default=Now(), editable=False)
    filed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    words = EncryptedTextField(context="vaccination.dispute.words")
    decision = models.CharField(max_length=16, blank=True, choices=[(each, each) for each in DECISIONS])
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    evidence = EncryptedTextField(context="vaccination.dispute.evidence", blank=True)
    answer = EncryptedTextField(context="vaccination.dispute.answer", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dose"], condition=Q(decision=""), name="vaccination_dispute_one_open"),
            models.CheckConstraint(condition=~Q(words=""), name="vaccination_dispute_words"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, answer="", evidence="")
                | (~Q(decision="") & Q(decided_at__isnull=False) & ~Q(answer="") & ~Q(evidence="")),
                name="vaccination_dispute_decided_with_evidence",
            ),
        ]
