"""Retention of turns in the waiting room."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from kini.booking.models import QueueTicket
from kini.core.retention import RetentionRule, row_removal, rules


def register() -> None:
    """Register the rule; called from `AppConfig.ready`."""
    name = "booking.turns"
    rule = RetentionRule(
        name,
        _("Places in the waiting room of a service in high demand"),
        _("No longer needed"),
        timedelta(hours=1),
        row_removal(lambda before: QueueTicket.objects.filter(seen_at__lt=before)),
        transient=True,
    )
    rules.register(name, rule)
