"""Retention of needs, pledges and givers. Counts stay in the ledger, which names nobody."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kini.core import retention
from kini.core.retention import YEAR, RetentionRule, row_removal
from kini.together.models import Beneficiary, Delivery, DeliveryPhoto, Giver, Need, NeedLine, Payout, Pledge, VisitDraw


def _delete_needs(rows: QuerySet[Need]) -> None:
    keys = list(rows.values_list("pk", flat=True))
    with transaction.atomic():
        Payout.objects.filter(pledge__line__need__in=keys).update(pledge=None)
        Delivery.objects.filter(pledge__line__need__in=keys).delete()
        Pledge.objects.filter(line__need__in=keys).delete()
        NeedLine.objects.filter(need__in=keys).delete()
        Need.objects.filter(pk__in=keys).delete()


def _finished(rows: QuerySet[Need]) -> QuerySet[Need]:
    """Needs of which neither packages nor money are under way."""
    rows = rows.exclude(lines__pledges__state__in=("on-the-way", "delivered", "disputed"))
    return rows.exclude(lines__pledges__payouts__state__in=("proposed", "paid"))


def register() -> None:
    """Register the rules; called once at start."""
    for rule in (
        RetentionRule(
            "together.households",
            _("Needs of households, counted from their end"),
            _("Needed only within the period in which a household is helped once"),
            timedelta(days=90),
            row_removal(
                lambda before: _finished(Need.objects.filter(beneficiary__kind="household", ended_at__lt=before)),
                delete=_delete_needs,
            ),
        ),
        RetentionRule(
            "together.household-names",
            _("Households without a need, counted from their record"),
            _("Nothing is left to deliver"),
            timedelta(days=90),
            row_removal(lambda before: Beneficiary.objects.filter(kind="household", needs=None, created_at__lt=before)),
        ),
        RetentionRule(
            "together.needs",
            _("Needs of neighbourhoods and institutions with their pledges, counted from their end"),
            _("Accounts of gifts are kept for audits; the ledger keeps the counts"),
            5 * YEAR,
            row_removal(
                lambda before: _finished(
                    Need.objects.filter(ended_at__lt=before).exclude(beneficiary__kind="household")
                ),
                delete=_delete_needs,
            ),
        ),
        RetentionRule(
            "together.photos",
            _("Photos of delivered goods, counted from the day they were added"),
            _("Long enough for questions about a delivery; the counts are the proof"),
            YEAR,
            row_removal(lambda before: DeliveryPhoto.objects.filter(added_at__lt=before)),
        ),
        RetentionRule(
            "together.visits",
            _("Draws of visits with their seeds; no delivery is named"),
            _("Anybody can draw again and compare"),
            5 * YEAR,
            row_removal(lambda before: VisitDraw.objects.filter(day__lt=before.date())),
        ),
        RetentionRule(
            "together.givers",
            _("Residents who gave, without a pledge or a gift of money"),
            _("Nobody needs to know who once gave"),
            5 * YEAR,
            row_removal(
                lambda before: Giver.objects.filter(kind="person", pledges=None, gifts=None, created_at__lt=before)
            ),
        ),
    ):
        retention.rules.register(rule.name, rule)
