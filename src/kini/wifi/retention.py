"""Retention rules of devices, sessions and one-time passwords."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from kini.core import current_time
from kini.core.actors import system
from kini.core.retention import DAY, Removal, RetentionRule, row_removal, rules
from kini.wifi import actions
from kini.wifi.accounting import anonymization
from kini.wifi.models import Device, Pass, SessionReview

BY = system("retention")


def _days_due(before: datetime) -> list[date]:
    """Return the days of sessions whose term (wifi.yaml) is over at a moment."""
    with current_time.freeze(before):
        return anonymization.due_days()


def _count_days(before: datetime) -> int:
    return len(_days_due(before))


def _strip_days(before: datetime) -> int:
    """Remove the links to a device or a person from sessions."""
    return sum(actions.anonymize_day(by=BY, day=day) for day in _days_due(before))


def _count_keys(before: datetime) -> int:
    with current_time.freeze(before):
        return anonymization.count_due_keys()


def register() -> None:
    """Register the retention rules at start-up."""
    for rule in (
        RetentionRule(
            "wifi.sessions",
            _("Sessions on the city's Wi-Fi, with the device; afterwards only place, time and volume remain"),
            _("Misuse can be investigated for as long as the city's wifi.yaml says"),
            timedelta(),
            Removal(_count_days, _strip_days),
        ),
        RetentionRule(
            "wifi.pseudonym-keys",
            _("Keys from which a month's pseudonyms of persons and devices are made"),
            _("Destroyed with the last of the month's sessions"),
            timedelta(),
            Removal(_count_keys, lambda before: actions.destroy_pseudonym_keys(by=BY)),
        ),
        RetentionRule(
            "wifi.devices",
            _("Devices that connect to the Wi-Fi without signing in, under a keyed hash"),
            _("Not needed once the device no longer connects by itself"),
            DAY,
            row_removal(lambda before: Device.objects.filter(expires_at__lt=before, blocked_at=None)),
        ),
        RetentionRule(
            "wifi.passes",
            _("One-time passwords of the Wi-Fi portal"),
            _("No longer needed"),
            timedelta(),
            row_removal(lambda before: Pass.objects.filter(expires_at__lt=before)),
            transient=True,
        ),
        RetentionRule(
            "wifi.reviews",
            _("Requests to access points about running sessions"),
            _("Needed to investigate problems"),
            7 * DAY,
            row_removal(lambda before: SessionReview.objects.filter(made_at__lt=before)),
        ),
    ):
        rules.register(rule.name, rule)
