"""Results of self-assessments of people who were signed in, and beds of hospitals."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kini.city.models import Unit
from kini.core.database.encryption import EncryptedJSONField
from kini.people.models import User


class SelfAssessment(models.Model):
    """Result of a self-assessment, kept for 14 days. Answers are codes of the disease's file; there is no free text.

    `version` and `rules_since` name the rules that gave the points.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    disease = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    rules_since = models.DateField()
    answers = EncryptedJSONField(context="epidemic.self_assessment.answers")
    level = models.CharField(max_length=60, help_text='Id of the disease\'s file, or "emergency".')
    points = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(level="") & ~Q(version=""), name="epidemic_self_assessment_has_level")
        ]
        indexes = [models.Index(fields=["user", "at"], name="epidemic_self_assessment_own")]


class BedReport(models.Model):
    """Beds of one type at a hospital, as counted at a moment. The newest count of a type is the current one.

    Reports are never changed: a correction is a later count.
    """

    SOURCES: ClassVar = ("desk", "api", "demo")

    facility = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    bed_type = models.CharField(max_length=60, help_text="Id of the pack's beds.yaml.")
    beds = models.PositiveIntegerField(help_text="That can be occupied.")
    available = models.PositiveIntegerField(help_text="Free of them.")
    queue = models.PositiveIntegerField(default=0, help_text="People who wait for one.")
    counted_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    source = models.CharField(max_length=4, choices=[(each, each) for each in SOURCES])
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["facility", "bed_type", "counted_at"], name="epidemic_beds_once"),
            models.CheckConstraint(condition=Q(available__lte=F("beds")), name="epidemic_beds_available_of_all"),
            models.CheckConstraint(condition=Q(beds__lte=10_000, queue__lte=10_000), name="epidemic_beds_plausible"),
            models.CheckConstraint(condition=~Q(bed_type=""), name="epidemic_beds_type"),
        ]
        indexes = [models.Index(fields=["counted_at"], name="epidemic_beds_counted")]
