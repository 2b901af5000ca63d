"""Retention of what the public sees of reports, and of who follows them."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kini.core.retention import YEAR, RetentionRule, row_removal, rules
from kini.reports.models import (
    AgencyFigures,
    Audit,
    AuditDraw,
    FiledRequest,
    Follower,
    Open311Client,
    OutsideRequest,
    Publication,
)


def _publications(_before: datetime) -> QuerySet[Publication]:
    return Publication.objects.filter(case__anonymised_at__isnull=False)


def register() -> None:
    """Register the rules; called once at start."""
    for rule in (
        RetentionRule(
            "reports.publications",
            _("Words and photos of reports that the public saw, in every version"),
            _("They go with the answers of the report"),
            timedelta(),
            row_removal(_publications),
        ),
        RetentionRule(
            "reports.followers",
            _("Who follows a report, with their photos and claim codes"),
            _("A closed report may be disputed and is compared with later ones"),
            YEAR,
            row_removal(lambda before: Follower.objects.filter(case__closed_at__lt=before)),
        ),
        RetentionRule(
            "reports.audits",
            _("Audits of closed reports, with what the reporter and the auditor say"),
            _("They go with the answers of the report; the figures of the office stay"),
            timedelta(),
            row_removal(lambda _before: Audit.objects.filter(case__anonymised_at__isnull=False)),
        ),
        RetentionRule(
            "reports.draws",
            _("Draws of audits with their seeds; no report is named"),
            _("Anybody can draw again and compare"),
            5 * YEAR,
            row_removal(lambda before: AuditDraw.objects.filter(day__lt=before.date())),
        ),
        RetentionRule(
            "reports.figures",
            _("Figures of each office's reports by day"),
            _("They are published and name nobody"),
            10 * YEAR,
            row_removal(lambda before: AgencyFigures.objects.filter(day__lt=before.date())),
        ),
        RetentionRule(
            "reports.filed-requests",
            _("Which program filed a report, what was added there, and the address of a photo that it named"),
            _("They go with the answers of the report"),
            timedelta(),
            row_removal(lambda _before: FiledRequest.objects.filter(case__anonymised_at__isnull=False)),
        ),
        RetentionRule(
            "reports.outside-requests",
            _("Reports that were sent to another city, with their state there"),
            _("They go with the answers of the report"),
            timedelta(),
            row_removal(lambda _before: OutsideRequest.objects.filter(case__anonymised_at__isnull=False)),
        ),
        RetentionRule(
            "reports.open311-clients",
            _("Programs that may file reports"),
            _("A revoked key is kept while reports that it filed are"),
            YEAR,
            row_removal(lambda before: Open311Client.objects.filter(revoked_at__lt=before, requests=None)),
        ),
    ):
        rules.register(rule.name, rule)
