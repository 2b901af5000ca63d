"""Retention of what the public sees of reports, and of who follows them."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kini.core.retention import YEAR, RetentionRule, row_removal, rules
from kini.reports.models import Follower, Publication


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
    ):
        rules.register(rule.name, rule)
