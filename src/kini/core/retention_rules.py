"""Retention rules of the core: counters, outbox messages, failed jobs, audit trail."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from kini.core import procrastinate_internals, retention
from kini.core.models import ImportChange, ImportRun, LimitCounter, OutboxMessage
from kini.core.retention import DAY, YEAR, Removal, RetentionRule, chain_removal, row_removal


def register() -> None:
    """Register the rules; called once at start."""
    technical = _("No longer needed")
    for rule in (
        RetentionRule(
            "core.limits",
            _("Counters of attempts, under a keyed hash"),
            technical,
            timedelta(),
            row_removal(lambda before: LimitCounter.objects.filter(until__lt=before)),
            transient=True,
        ),
        RetentionRule(
            "core.outbox",
            _("Sign-in codes and messages that could not be delivered"),
            technical,
            7 * DAY,
            row_removal(lambda before: OutboxMessage.objects.filter(at__lt=before)),
        ),
        RetentionRule(
            "core.failed-jobs",
            _("Failed jobs"),
            _("Needed to investigate problems"),
            30 * DAY,
            Removal(procrastinate_internals.count_failed, procrastinate_internals.delete_failed),
        ),
        RetentionRule(
            "core.import-changes",
            _("Rows as they were before and after an import"),
            _("Imports can be undone"),
            30 * DAY,
            row_removal(lambda before: ImportChange.objects.filter(run__at__lt=before)),
        ),
        RetentionRule(
            "core.import-runs",
            _("Records of imports: file, counts, and the number of the account"),
            _("Errors and misuse can be traced for as long as claims may be made"),
            10 * YEAR,
            row_removal(lambda before: ImportRun.objects.filter(at__lt=before)),
        ),
        RetentionRule(
            "core.audit",
            _("Audit trail: who did what, by account number"),
            _("Errors and misuse can be traced for as long as claims may be made"),
            10 * YEAR,
            chain_removal("audit"),
        ),
    ):
        retention.rules.register(rule.name, rule)
