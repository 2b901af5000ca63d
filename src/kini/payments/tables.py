"""What operators see of payments: what did not agree with a provider, and money on its way back. Nobody's name."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kini.operator.site import site
from kini.operator.table import Table
from kini.payments.models import Refund, SettlementRow


class Settlements(Table):
    """Lines of settlement files about which somebody has to do something."""

    words = _("settled line to look at"), _("settled lines to look at")
    list_display = ("settled_on", "provider", "provider_reference", "amount", "fee", "verdict")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).exclude(verdict="agreed")


class Refunds(Table):
    words = _("money given back"), _("money given back")
    list_display = ("asked_at", "done_at", "provider_reference")
    ordering = ("-asked_at",)


def register() -> None:
    """Bring these tables to the operator's pages."""
    site.register(SettlementRow, Settlements)
    site.register(Refund, Refunds)
