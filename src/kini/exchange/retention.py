"""Retention rules of exchange."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from kini.core import retention
from kini.core.retention import DAY, RetentionRule, row_removal
from kini.exchange.models import DestinationPause, InboxEntry, OutboxEntry


def register() -> None:
    """Register the rules; called once at start."""
    reason = _("Deliveries can be traced, and repetitions recognised")
    for rule in (
        RetentionRule(
            "exchange.outbox",
            _("Messages to other systems that were delivered or discarded"),
            reason,
            30 * DAY,
            row_removal(lambda before: OutboxEntry.objects.filter(ended_at__lt=before)),
        ),
        RetentionRule(
            "exchange.inbox",
            _("Messages from other systems that were applied"),
            reason,
            90 * DAY,
            row_removal(lambda before: InboxEntry.objects.filter(received_at__lt=before)),
        ),
        RetentionRule(
            "exchange.pauses",
            _("Pauses that other systems asked for"),
            _("No longer needed"),
            timedelta(),
            row_removal(lambda before: DestinationPause.objects.filter(until__lt=before)),
            transient=True,
        ),
    ):
        retention.rules.register(rule.name, rule)
