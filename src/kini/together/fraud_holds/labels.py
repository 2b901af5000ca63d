"""Words about holds: the sign, what the held party should show, and states."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.together.models import FraudHold

RULES: dict[str, Promise] = {
    "same-side": gettext_lazy("Giver and receiver seem to be the same side"),
    "many-at-once": gettext_lazy("Many gifts in a short time"),
    "unusual-quantity": gettext_lazy("Far more than is usual"),
    "wrong-code": gettext_lazy("The receiver's code was wrong three times"),
    "disputed": gettext_lazy("The two counts of the packages differ"),
}
SHOWN: dict[str, Promise] = {
    "same-side": gettext_lazy("Tell the office how giver and receiver are related."),
    "many-at-once": gettext_lazy("Tell the office for whom you give, and that you can deliver all of it."),
    "unusual-quantity": gettext_lazy("Show the office that you have this much: a receipt or an order is enough."),
    "wrong-code": gettext_lazy("The office asks the receiving side whether the packages are there."),
    "disputed": gettext_lazy("The dispute about the packages is decided first."),
}
STATES = {
    "open": (gettext_lazy("Is checked"), "warn"),
    "released": (gettext_lazy("Released"), "ok"),
    "refused": (gettext_lazy("Refused"), "bad"),
    "expired": (gettext_lazy("Not checked in time"), "bad"),
    "dropped": (gettext_lazy("Ended by itself"), "neutral"),
}


def notices(holds: Iterable[FraudHold]) -> list[dict[str, object]]:
    """Open holds as the held side reads them."""
    return [{"rule": RULES[each.rule], "show": SHOWN[each.rule], "until": each.due_at} for each in holds]


def numbers(hold: FraudHold) -> str:
    """Numbers that were compared, in words; empty where there are none."""
    if hold.measured is None or hold.usual is None:
        return ""
    words = {"measured": hold.measured, "usual": hold.usual}
    if hold.rule == "many-at-once":
        return _("%(measured)d in one hour; up to %(usual)d are usual") % words
    if hold.rule == "unusual-quantity":
        return _("%(measured)d; %(usual)d are usual") % words
    return ""
