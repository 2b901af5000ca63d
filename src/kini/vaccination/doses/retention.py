"""Retention of doses: as long as medical records."""

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kini.core import retention
from kini.core.retention import YEAR, RetentionRule, row_removal
from kini.people.public import legal_holds
from kini.vaccination.doses.models import Dose, DoseDispute


def remove_doses(doses: QuerySet[Dose]) -> None:
    """Remove doses with their history and disputes."""
    keys = list(doses.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT vaccination_remove_history(%s)", [keys])
    DoseDispute.objects.filter(dose__in=keys).delete()
    Dose.objects.filter(pk__in=keys).delete()


def register() -> None:
    """Register the rule; called once at start."""
    rule = RetentionRule(
        "vaccination.doses",
        _("Doses of vaccines with their history and disputes, counted from the last change"),
        _("Medical records are kept for 25 years (Permenkes 24/2022)"),
        25 * YEAR,
        row_removal(
            lambda before: Dose.objects.filter(updated_at__lt=before),
            held=lambda: Q(person__resident__in=legal_holds.held_resident_ids()),
            delete=remove_doses,
        ),
    )
    retention.rules.register(rule.name, rule)
