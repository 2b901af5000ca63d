"""Retention of venues' counters, upload codes, packages and slips."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from kini.core.retention import RetentionRule, row_removal, rules
from kini.epidemic.checkin.models import PendingRecord, Slip, UploadCode, Venue, VenueCount, WarningPackage


def register() -> None:
    """Register the rules; called from the room's registration."""
    for rule in (
        RetentionRule(
            "epidemic.packages",
            _("Warning packages of venues"),
            _("Phones match them with the visits of the last weeks"),
            timedelta(days=14),
            row_removal(lambda before: WarningPackage.objects.filter(published_at__lt=before)),
        ),
        RetentionRule(
            "epidemic.pending-records",
            _("Warning records that wait for their package"),
            _("Published within a day"),
            timedelta(days=2),
            row_removal(lambda before: PendingRecord.objects.filter(package_at__lt=before)),
        ),
        RetentionRule(
            "epidemic.slips",
            _("Sealed visits of paper slips"),
            _("Guests look them up for two weeks"),
            timedelta(days=14),
            row_removal(lambda before: Slip.objects.filter(day__lt=before.date())),
        ),
        RetentionRule(
            "epidemic.upload-codes",
            _("Codes with which persons with a positive result warn others"),
            _("Used for ten days; kept so that no result gets a second one"),
            timedelta(days=28),
            row_removal(lambda before: UploadCode.objects.filter(expires_at__lt=before)),
        ),
        RetentionRule(
            "epidemic.venue-counts",
            _("Numbers of people who went in and out of venues, by day"),
            _("Capacity of the day, and comparison with the days before"),
            timedelta(days=60),
            row_removal(lambda before: VenueCount.objects.filter(day__lt=before.date())),
        ),
        RetentionRule(
            "epidemic.closed-venues",
            _("Venues that were closed"),
            _("Answers to questions about the numbers of the last days"),
            timedelta(days=60),
            row_removal(lambda before: Venue.objects.filter(closed_at__lt=before)),
        ),
    ):
        rules.register(rule.name, rule)
