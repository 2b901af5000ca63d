"""Records that SATUSEHAT has of the city's, numbers that were looked up there, differences found by pulling."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kini.city.models import Agency
from kini.core.database.encryption import EncryptedJSONField, EncryptedTextField
from kini.people.models import Person, User
from kini.vaccination.models import Dose


class NationalRecord(models.Model):
    """State at SATUSEHAT of one dose, laboratory result or case record.

    Attributes:
        edition: raised when it was sent for another person: the old record is an error there, and a new one is sent.
        patient: IHS number of the patient for whom it was sent.
        resources: reference ("Immunization/ID") by role in the record (`fhir.vaccination`).
        digest: SHA-256 of what was sent; the same content is not sent again.
        problems: why it was refused last (`refused_records.Problem`), without personal data.
    """

    TYPES: ClassVar = ("dose", "test", "case")
    STATES: ClassVar = ("waiting", "sent", "refused", "too-old")

    record_type = models.CharField(max_length=8, choices=[(each, each) for each in TYPES])
    record_id = models.PositiveBigIntegerField()
    organization = models.CharField(max_length=40)
    state = models.CharField(max_length=7, choices=[(each, each) for each in STATES], default="waiting")
    edition = models.PositiveSmallIntegerField(default=1)
    patient = EncryptedTextField(context="satusehat.record.patient", blank=True)
    resources = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    problems = models.JSONField(default=list)
    sent_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record_type", "record_id"], name="satusehat_record_once"),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False, problems=[]),
                name="satusehat_sent_without_problem",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(problems=[]), name="satusehat_refused_with_problem"
            ),
        ]
        indexes = [models.Index(fields=["updated_at"], name="satusehat_refused", condition=Q(state="refused"))]


class NationalNumber(models.Model):
    """Number at SATUSEHAT of an officer (Practitioner), site (Location) or vaccine (KFA), looked up or entered.

    Kind "organization": the organization itself, with its name there and when it was asked for.
    """

    KINDS: ClassVar = ("practitioner", "location", "product", "organization")

    organization = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=[(each, each) for each in KINDS])
    key = models.CharField(max_length=90, help_text="Id of the account, the site or facility, or the vaccine.")
    number = models.CharField(max_length=80)
    name = models.CharField(max_length=160, blank=True)
    entered_by_hand = models.BooleanField(default=False, help_text="It is not looked up again.")
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "key"], name="satusehat_number_once"),
            models.CheckConstraint(condition=~Q(number=""), name="satusehat_number_named"),
        ]


class PulledDifference(models.Model):
    """A dose of SATUSEHAT that differs from the city's, until an officer decides. Neither record is changed before.

    Attributes:
        immunization: its id at SATUSEHAT.
        kind: rule that found it (`rules.Verdict`).
        theirs: vaccine, day, number, lot and place as SATUSEHAT has them.
        dose: the city's.
    """

    KINDS: ClassVar = ("differs", "double", "withdrawn", "unknown-vaccine")
    DECISIONS: ClassVar = ("ours", "theirs")

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    area_path = models.CharField(max_length=120)
    immunization = models.CharField(max_length=80)
    kind = models.CharField(max_length=15, choices=[(each, each) for each in KINDS])
    theirs = EncryptedJSONField(context="satusehat.difference.theirs")
    dose = models.ForeignKey(Dose, models.PROTECT, null=True, related_name="+")
    found_at = models.DateTimeField()
    decision = models.CharField(max_length=6, blank=True, choices=[(each, each) for each in DECISIONS])
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["immunization", "kind"], condition=Q(decision=""), name="satusehat_difference_one_open"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True)
                | (~Q(decision="") & Q(decided_at__isnull=False) & ~Q(reason="")),
                name="satusehat_difference_decided_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "area_path"], name="satusehat_difference_scope"),
            models.Index(fields=["person"], name="satusehat_difference_person"),
        ]


class Comparison(models.Model):
    """Comparison of both sides for the doses of one day.

    Attributes:
        differences: reference of each dose and what differs (`comparison.Difference`), without personal data.
    """

    day = models.DateField()
    organization = models.CharField(max_length=40)
    compared_at = models.DateTimeField()
    ours = models.PositiveIntegerField()
    theirs = models.PositiveIntegerField()
    equal = models.PositiveIntegerField()
    differences = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "organization"], name="satusehat_comparison_once")]


class PullRequest(models.Model):
    """Request of a person to pull their doses from SATUSEHAT, with its result."""

    OUTCOMES: ClassVar = ("done", "failed")

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=6, blank=True, choices=[(each, each) for each in OUTCOMES])
    added = models.PositiveSmallIntegerField(default=0, help_text="Doses that were new.")
    to_decide = models.PositiveSmallIntegerField(default=0, help_text="Doses that an officer compares.")
    problems = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", done_at__isnull=True) | (~Q(outcome="") & Q(done_at__isnull=False)),
                name="satusehat_pull_ended",
            )
        ]
        indexes = [models.Index(fields=["person", "asked_at"], name="satusehat_pull_person")]
