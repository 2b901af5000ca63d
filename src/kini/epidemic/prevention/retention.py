"""Retention rules of prevention and care."""

from django.utils.translation import gettext_lazy as _

from kini.core.retention import DAY, YEAR, RetentionRule, row_removal, rules
from kini.epidemic.prevention.models import BedReport, HealthAlert, SelfAssessment


def register() -> None:
    """Register the retention rules at start-up."""
    for rule in (
        RetentionRule(
            "epidemic.self-assessments",
            _("Results of self-assessments of people who were signed in"),
            _("After two weeks a result says nothing about how somebody is"),
            14 * DAY,
            row_removal(lambda before: SelfAssessment.objects.filter(at__lt=before)),
        ),
        RetentionRule(
            "epidemic.beds",
            _("Reports of hospitals about their beds"),
            _("Occupancy of past epidemics is compared with today's; it names nobody but the officer who reported"),
            10 * YEAR,
            row_removal(lambda before: BedReport.objects.filter(counted_at__lt=before)),
        ),
        RetentionRule(
            "epidemic.health-alerts",
            _("Health alerts that were sent"),
            _("What the city told its residents stays public; it names nobody but the officers who wrote and sent it"),
            10 * YEAR,
            row_removal(lambda before: HealthAlert.objects.filter(expires_at__lt=before)),
        ),
    ):
        rules.register(rule.name, rule)
