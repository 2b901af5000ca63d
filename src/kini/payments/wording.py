"""Texts about refunds on timelines, and verdicts of settlement lines."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.web import formats

#: Verdicts of settlement lines (actions.settle_row).
VERDICTS = {
    "agreed": gettext_lazy("as with us"),
    "unknown": gettext_lazy("none of our payments"),
    "another amount": gettext_lazy("another amount than with us"),
    "paid twice": gettext_lazy("a second time for one payment"),
}


def goes_back(data: Mapping[str, Any]) -> str:
    """Timeline entry: a refund by an officer, or of an overpayment."""
    words = {"amount": formats.money(data["amount"]), "reason": data["reason"]}
    if words["reason"]:
        return _("%(amount)s goes back to you, and the bill is open again. %(reason)s") % words
    return _("%(amount)s came twice, in another amount or too late. It goes back to you.") % words


def is_back(data: Mapping[str, Any]) -> str:
    """Timeline entry: the refund was transferred."""
    return _("%(amount)s was transferred back to where it came from.") % {"amount": formats.money(data["amount"])}
