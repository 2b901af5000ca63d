"""Results of self-assessments, beds of hospitals, health alerts and who wants them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kini.city.models import Agency, Area, Unit
from kini.city.public import pack
from kini.core.database.encryption import EncryptedJSONField
from kini.epidemic.surveillance.models import AreaAlert
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


class HealthAlert(models.Model):
    """A health alert to the residents of some areas, as the Common Alerting Protocol knows it.

    One officer writes it, another one sends it. A sent alert never changes: an update or a cancellation is another
    alert that replaces it.

    Attributes:
        texts: headline, description and instruction by language; the city's first language is always there.
        sent_at: None for a draft.
    """

    TYPES: ClassVar = ("Alert", "Update", "Cancel")
    URGENCIES: ClassVar = ("Immediate", "Expected", "Future", "Past", "Unknown")
    SEVERITIES: ClassVar = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
    CERTAINTIES: ClassVar = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")

    identifier = models.CharField(max_length=40, unique=True)
    type = models.CharField(max_length=6, choices=[(each, each) for each in TYPES], default="Alert")
    replaces = models.ForeignKey("self", models.CASCADE, null=True, related_name="replaced_by")
    disease = models.CharField(max_length=60)
    area_alert = models.ForeignKey(AreaAlert, models.SET_NULL, null=True, related_name="+")
    areas = models.ManyToManyField(Area, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    urgency = models.CharField(max_length=9, choices=[(each, each) for each in URGENCIES])
    severity = models.CharField(max_length=8, choices=[(each, each) for each in SEVERITIES])
    certainty = models.CharField(max_length=8, choices=[(each, each) for each in CERTAINTIES])
    texts = models.JSONField()
    expires_at = models.DateTimeField()
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    written_at = models.DateTimeField()
    sent_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(sent_by=F("written_by")), name="epidemic_alert_four_eyes"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("written_at")), name="epidemic_alert_ends_later"),
            models.CheckConstraint(
                condition=Q(sent_at=None, sent_by=None) | Q(sent_at__gte=F("written_at")),
                name="epidemic_alert_sent_whole",
            ),
            models.CheckConstraint(
                condition=Q(type="Alert", replaces=None) | (~Q(type="Alert") & Q(replaces__isnull=False)),
                name="epidemic_alert_replaces",
            ),
            models.UniqueConstraint(
                fields=["replaces"], condition=~Q(sent_at=None), name="epidemic_alert_replaced_once"
            ),
        ]
        indexes = [models.Index(fields=["sent_at"], name="epidemic_alert_sent")]

    def __str__(self) -> str:
        return self.identifier

    @property
    def languages(self) -> list[str]:
        """Languages of the texts, in the order of the city."""
        return [each for each in pack.current().languages if each in self.texts]

    def text(self, part: str, language: str) -> str:
        """Return the headline, description or instruction in a language, else in the city's first one."""
        texts = self.texts.get(language) or self.texts[self.languages[0]]
        return str(texts.get(part, ""))


class AlertSubscription(models.Model):
    """A person who wants health alerts of an area."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "area"], name="epidemic_subscription_once")]
