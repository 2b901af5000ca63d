"""Retention rules of devices, sessions and one-time passwords."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from kini.core import moments
from kini.core.actors import system
from kini.core.retention import DAY, Removal, Rule, of_rows, rules
from kini.wifi import actions, forgetting
from kini.wifi.models import Device, Pass, SessionReview

BY = system("retention")


def _days_due(before: datetime) -> list[date]:
    """Return the days of sessions whose term (wifi.yaml) is over at a moment."""
    with moments.at(before):
        return forgetting.due()


def _count_days(before: datetime) -> int:
    return len(_days_due(before))


def _strip_days(before: datetime) -> int:
    """Remove the links to a device or a person from sessions."""
    return sum(actions.forget_day(by=BY, day=day) for day in _days_due(before))


def _count_keys(before: datetime) -> int:
    with moments.at(before):
        return forgetting.keys_due()


def register() -> None:
    """Register the retention rules at start-up."""
    for rule in (
        Rule(
            "wifi.sessions",
            _("Sessions on the city's Wi-Fi, with the device; afterwards only place, time and volume remain"),
            _("Misuse can be investigated for as long as the city's wifi.yaml says"),
            timedelta(),
            Removal(_count_days, _strip_days),
        ),
        Rule(
            "wifi.pseudonym-keys",
            _("Keys from which a month's pseudonyms of persons and devices are made"),
            _("Destroyed with the last of the month's sessions"),
            timedelta(),
            Removal(_count_keys, lambda before: actions.destroy_pseudonym_keys(by=BY)),
        ),
        Rule(
            "wifi.devices",
            _("Devices that connect to the Wi-Fi without signing in, under a keyed hash"),
            _("Not needed once the device no longer connects by itself"),
            DAY,
            of_rows(lambda before: Device.objects.filter(expires_at__lt=before, blocked_at=None)),
        ),
        Rule(
            "wifi.passes",
            _("One-time passwords of the Wi-Fi portal"),
            _("No longer needed"),
            timedelta(),
            of_rows(lambda before: Pass.objects.filter(expires_at__lt=before)),
            transient=True,
        ),
        Rule(
            "wifi.reviews",
            _("Requests to access points about running sessions"),
            _("Needed to investigate problems"),
            7 * DAY,
            of_rows(lambda before: SessionReview.objects.filter(made_at__lt=before)),
        ),
    ):
        rules.register(rule.name, rule)
