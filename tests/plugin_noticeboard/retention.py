"""Retention rule of the noticeboard."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from kini.core import retention
from kini.core.retention import RetentionRule, row_removal
from tests.plugin_noticeboard.models import Notice


def register() -> None:
    """Register the rule; called once at start."""
    rule = RetentionRule(
        "noticeboard.notices",
        _("Notices that are over"),
        _("Nobody reads them any more"),
        timedelta(days=30),
        row_removal(lambda before: Notice.objects.filter(last_day__lt=before.date())),
    )
    retention.rules.register(rule.name, rule)
