"""Retention rule of exports."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from kini.core.retention import RetentionRule, row_removal, rules
from kini.privacy.models import Export


def register() -> None:
    """Register the rule; called once, from `AppConfig.ready`."""
    name = "privacy.exports"
    rule = RetentionRule(
        name,
        _("Copies of personal data that somebody asked for, two weeks after they were made"),
        _("Kept until they are downloaded, and no longer than that"),
        timedelta(),
        row_removal(lambda before: Export.objects.filter(expires_at__lt=before)),
    )
    rules.register(name, rule)
