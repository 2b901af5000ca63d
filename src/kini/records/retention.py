"""Retention rules of records: memberships, emergency accesses, statements about consents."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kini.core import retention
from kini.core.retention import YEAR, RetentionRule, chain_removal, row_removal
from kini.people.public import legal_holds
from kini.records.models import BreakGlass, Membership


def register() -> None:
    """Register the rules; called once at start."""
    reason = _("Misuse can be found for as long as claims may be made")
    for rule in (
        RetentionRule(
            "records.memberships",
            _("Which officer worked at which facility and on which record"),
            reason,
            10 * YEAR,
            row_removal(lambda before: Membership.objects.filter(until__lt=before)),
        ),
        RetentionRule(
            "records.emergencies",
            _("Data opened in an emergency: by whom, when, why, and how it was judged"),
            reason,
            10 * YEAR,
            row_removal(
                lambda before: BreakGlass.objects.filter(until__lt=before),
                held=lambda: Q(subject__in=legal_holds.held_resident_ids()),
            ),
        ),
        RetentionRule(
            "records.consents",
            _("What somebody agreed to, in which words, and when it was withdrawn"),
            _("A consent can be shown for as long as claims may be made about what was done with it"),
            10 * YEAR,
            chain_removal("consents"),
        ),
    ):
        retention.rules.register(rule.name, rule)
