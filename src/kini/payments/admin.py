"""Operator's tables: settlements with differences, and refunds. No names of persons."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kini.operator.public import COLUMN_LABELS, ReadOnlyAdmin, site
from kini.payments.models import Payment, Refund, SettlementRow
from kini.web import formats

#: Verdicts of settlement lines (actions.record_settlement).
VERDICTS = {
    "agreed": _("matches our record"),
    "unknown": _("unknown payment"),
    "another amount": _("amount differs from our record"),
    "paid twice": _("payment settled twice"),
}


class SettlementAdmin(ReadOnlyAdmin):
    """Settlement lines that need attention."""

    labels = _("settlement line to check"), _("settlement lines to check")
    list_display = ("settled_on", "verdict_words", "sum_settled", "case", "provider", "provider_reference", "kept")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).exclude(verdict="agreed").select_related("payment__case")

    @admin.display(description=COLUMN_LABELS["verdict"])
    def verdict_words(self, row: SettlementRow) -> str:
        return str(VERDICTS[row.verdict])

    @admin.display(description=COLUMN_LABELS["amount"])
    def sum_settled(self, row: SettlementRow) -> str:
        return formats.money(row.amount)

    @admin.display(description=COLUMN_LABELS["fee"])
    def kept(self, row: SettlementRow) -> str:
        return formats.money(row.fee)

    @admin.display(description=COLUMN_LABELS["reference"])
    def case(self, row: SettlementRow) -> str:
        return _case(row.payment)


class RefundAdmin(ReadOnlyAdmin):
    labels = _("money given back"), _("money given back")
    list_display = ("asked_at", "amount", "case", "provider", "done_at", "provider_reference")
    ordering = ("-asked_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("payment__case")

    @admin.display(description=COLUMN_LABELS["amount"])
    def amount(self, row: Refund) -> str:
        return formats.money(row.payment.received or 0)

    @admin.display(description=COLUMN_LABELS["reference"])
    def case(self, row: Refund) -> str:
        return _case(row.payment)

    @admin.display(description=COLUMN_LABELS["provider"])
    def provider(self, row: Refund) -> str:
        return row.payment.provider


def _case(payment: Payment | None) -> str:
    return payment.case.reference if payment and payment.case else "-"


def register() -> None:
    """Register these tables with the operator's site."""
    site.register(SettlementRow, SettlementAdmin)
    site.register(Refund, RefundAdmin)
