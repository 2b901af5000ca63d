"""Retention of shares: the code ends after an hour, that a record was shown is known a while longer."""

from django.utils.translation import gettext_lazy as _

from kini.core import retention
from kini.core.retention import DAY, RetentionRule, row_removal
from kini.health_record.models import Share


def register() -> None:
    """Register the rule; called once at start."""
    rule = RetentionRule(
        "health_record.shares",
        _("That a person showed a health record by a code, and which parts"),
        _("The person sees for 30 days what was shown; who opened it stays in the access log"),
        30 * DAY,
        row_removal(lambda before: Share.objects.filter(ends_at__lt=before)),
    )
    retention.rules.register(rule.name, rule)
