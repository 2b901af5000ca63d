"""Texts about refunds on timelines, and verdicts of settlement lines."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.web import formats

#: Verdicts of settlement lines (actions.settle_row).
VERDICTS = {
    "agreed": gettext_lazy("matches our record"),
    "unknown": gettext_lazy("unknown payment"),
    "another amount": gettext_lazy("amount differs from our record"),
    "paid twice": gettext_lazy("payment settled twice"),
}


def goes_back(data: Mapping[str, Any]) -> str:
    """Timeline entry: a refund by an officer, or of an overpayment."""
    words = {"amount": formats.money(data["amount"]), "reason": data["reason"]}
    if words["reason"]:
        return _("%(amount)s will be refunded to you, and the bill is open again. %(reason)s") % words
    return _("%(amount)s was paid twice, in the wrong amount or too late. It will be refunded to you.") % words


def is_back(data: Mapping[str, Any]) -> str:
    """Timeline entry: the refund was transferred."""
    return _("%(amount)s was refunded to the account it came from.") % {"amount": formats.money(data["amount"])}
