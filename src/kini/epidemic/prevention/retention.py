"""Retention rules of prevention and care."""

from django.utils.translation import gettext_lazy as _

from kini.core.retention import DAY, RetentionRule, row_removal, rules
from kini.epidemic.prevention.models import SelfAssessment


def register() -> None:
    """Register the retention rules at start-up."""
    rule = RetentionRule(
        "epidemic.self-assessments",
        _("Results of self-assessments of people who were signed in"),
        _("After two weeks a result says nothing about how somebody is"),
        14 * DAY,
        row_removal(lambda before: SelfAssessment.objects.filter(at__lt=before)),
    )
    rules.register(rule.name, rule)
