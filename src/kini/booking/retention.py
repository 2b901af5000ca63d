"""Retention of turns in the waiting room."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from kini.booking.models import Turn
from kini.core.retention import Rule, of_rows, rules


def register() -> None:
    """Register the rule; called from `AppConfig.ready`."""
    name = "booking.turns"
    rule = Rule(
        name,
        _("Places in the waiting room of a service in high demand"),
        _("No longer needed"),
        timedelta(hours=1),
        of_rows(lambda before: Turn.objects.filter(seen_at__lt=before)),
        transient=True,
    )
    rules.register(name, rule)
