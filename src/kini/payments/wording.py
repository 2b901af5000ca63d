"""What residents read on their case about money that goes back."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from kini.web import formats


def goes_back(data: Mapping[str, Any]) -> str:
    """An officer gave a payment back, or more money came than was owed."""
    words = {"amount": formats.money(data["amount"]), "reason": data["reason"]}
    if words["reason"]:
        return _("%(amount)s goes back to you, and the bill is open again. %(reason)s") % words
    return _("%(amount)s came twice, in another amount or too late. It goes back to you.") % words


def is_back(data: Mapping[str, Any]) -> str:
    """The money was transferred."""
    return _("%(amount)s was transferred back to where it came from.") % {"amount": formats.money(data["amount"])}
