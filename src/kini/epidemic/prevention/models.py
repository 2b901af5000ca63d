"""Results of self-assessments of people who were signed in."""

from django.db import models
from django.db.models import Q

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
