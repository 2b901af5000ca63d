"""Retention rules of the room."""

from django.utils.translation import gettext_lazy as _

from kini.core import retention
from kini.core.retention import DAY, YEAR, RetentionRule, row_removal
from kini.satusehat.models import Comparison, NationalNumber, NationalRecord, PulledDifference, PullRequest


def register() -> None:
    """Register the rules; called once at start."""
    medical = _("Medical records are kept for 25 years (Permenkes 24/2022)")
    for rule in (
        RetentionRule(
            "satusehat.records",
            _("Which records SATUSEHAT has of doses, counted from the last change"),
            medical,
            25 * YEAR,
            row_removal(lambda before: NationalRecord.objects.filter(updated_at__lt=before)),
        ),
        RetentionRule(
            "satusehat.differences",
            _("Differences between the city's doses and those of SATUSEHAT that were decided"),
            _("Decisions can be traced"),
            5 * YEAR,
            row_removal(lambda before: PulledDifference.objects.filter(decided_at__lt=before)),
        ),
        RetentionRule(
            "satusehat.pulls",
            _("Requests to fetch doses from SATUSEHAT"),
            _("Fetching can be traced"),
            YEAR,
            row_removal(lambda before: PullRequest.objects.filter(asked_at__lt=before)),
        ),
        RetentionRule(
            "satusehat.comparisons",
            _("Daily comparisons with SATUSEHAT"),
            _("Repairs can be traced"),
            YEAR,
            row_removal(lambda before: Comparison.objects.filter(compared_at__lt=before)),
        ),
        RetentionRule(
            "satusehat.numbers",
            _("Numbers of officers and sites that were looked up at SATUSEHAT"),
            _("They are looked up again"),
            180 * DAY,
            row_removal(lambda before: NationalNumber.objects.filter(checked_at__lt=before, entered_by_hand=False)),
        ),
    ):
        retention.rules.register(rule.name, rule)
