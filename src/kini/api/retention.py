"""Retention of stored responses."""

from django.utils.translation import gettext_lazy as _

from kini.api.idempotency import RETENTION
from kini.api.models import KeptAnswer
from kini.core.retention import RetentionRule, row_removal, rules


def register() -> None:
    """Register the retention rule."""
    name = "api.answers"
    rule = RetentionRule(
        name,
        _("API responses, kept for repeated requests"),
        _("An idempotency key is valid for one day"),
        RETENTION,
        row_removal(lambda before: KeptAnswer.objects.filter(created_at__lt=before)),
        transient=True,
    )
    rules.register(name, rule)
