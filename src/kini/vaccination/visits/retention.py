"""Retention of visits: with a dose as long as it; without one, and entries of phones, for a year."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kini.core import retention
from kini.core.retention import YEAR, RetentionRule, row_removal
from kini.people.public import legal_holds
from kini.vaccination.visits.models import PhoneConflict, Visit


def register() -> None:
    """Register the rules; called once at start."""
    for rule in (
        RetentionRule(
            "vaccination.visits",
            _("Visits to vaccination sites without a dose"),
            _("No longer needed"),
            YEAR,
            row_removal(
                lambda before: Visit.objects.filter(dose=None, came_at__lt=before),
                held=lambda: Q(person__resident__in=legal_holds.held_resident_ids()),
            ),
        ),
        RetentionRule(
            "vaccination.phone-conflicts",
            _("Entries of vaccinators' phones that somebody decided on"),
            _("No longer needed"),
            YEAR,
            row_removal(lambda before: PhoneConflict.objects.filter(decided_at__lt=before)),
        ),
    ):
        retention.rules.register(rule.name, rule)
