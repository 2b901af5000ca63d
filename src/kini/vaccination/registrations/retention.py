"""Retention of registrations and next doses."""

from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kini.core import retention
from kini.core.retention import YEAR, RetentionRule, row_removal
from kini.people.public import legal_holds
from kini.vaccination.registrations.models import NextDose, Registration


def register() -> None:
    """Register the rules; called once at start."""
    for rule in (
        RetentionRule(
            "vaccination.registrations",
            _("Registrations for vaccinations, counted from their end"),
            _("Needed for complaints about appointments; the dose itself is kept as a medical record"),
            timedelta(days=180),
            row_removal(
                lambda before: Registration.objects.filter(ended_at__lt=before),
                held=lambda: Q(person__resident__in=legal_holds.held_resident_ids()),
            ),
        ),
        RetentionRule(
            "vaccination.next-doses",
            _("Doses that are due, counted from their last change"),
            _("Computed from the doses; people who did not come for three years are not reminded any more"),
            3 * YEAR,
            row_removal(lambda before: NextDose.objects.filter(updated_at__lt=before)),
        ),
    ):
        retention.rules.register(rule.name, rule)
