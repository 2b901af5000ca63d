"""Retention of doses: as long as medical records."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kini.core import retention
from kini.core.retention import YEAR, RetentionRule, row_removal
from kini.people.public import legal_holds
from kini.vaccination.doses.models import Dose


def register() -> None:
    """Register the rule; called once at start."""
    rule = RetentionRule(
        "vaccination.doses",
        _("Doses of vaccines, counted from their last change"),
        _("Medical records are kept for 25 years (Permenkes 24/2022)"),
        25 * YEAR,
        row_removal(
            lambda before: Dose.objects.filter(updated_at__lt=before),
            held=lambda: Q(person__resident__in=legal_holds.held_resident_ids()),
        ),
    )
    retention.rules.register(rule.name, rule)
