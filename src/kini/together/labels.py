"""Words for kinds and states."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KIND_LABELS = {
    "rw": _("RW (neighbourhood)"),
    "orphanage": _("Orphanage"),
    "elderly-home": _("Home for the elderly"),
    "disability-home": _("Home for people with disabilities"),
    "pesantren": _("Pesantren"),
    "small-firm": _("Small business"),
    "household": _("Household"),
}
#: State of a pledge: label and tone.
PLEDGE_STATES = {
    "held": (_("Held for you, not confirmed"), "warn"),
    "confirmed": (_("Confirmed"), "info"),
    "on-the-way": (_("On the way"), "info"),
    "delivered": (_("Delivered, not yet counted"), "info"),
    "received": (pgettext_lazy("help", "Received"), "ok"),
    "disputed": (_("The counts differ"), "bad"),
    "lapsed": (_("Lapsed"), "neutral"),
    "withdrawn": (_("Withdrawn"), "neutral"),
    "refused": (_("Refused"), "neutral"),
}
NEED_STATES = {
    "reported": (_("Waits for verification"), "warn"),
    "open": (_("Open"), "info"),
    "met": (_("Met"), "ok"),
    "expired": (_("Expired"), "neutral"),
    "withdrawn": (_("Withdrawn"), "neutral"),
}
GIVER_KINDS = {
    "person": _("Resident"),
    "group": _("Group or community"),
    "firm": _("Firm"),
    "aggregator": _("Aggregator"),
}
MOVEMENTS = {
    "pledged": _("Pledged"),
    "sent": _("Sent"),
    "received": pgettext_lazy("help", "Received"),
    "returned": _("Given back"),
    "written-off": _("Lost"),
    "given": _("Money given"),
    "refunded": _("Money refunded"),
    "paid-out": _("Money paid out"),
    "spent": _("Money spent, packages received"),
    "lost": _("Money lost with packages"),
    "costs": _("Costs"),
    "paid-back": _("Money paid back"),
}
#: State of a volunteer's sign-up: label and tone.
SIGN_UP_STATES = {
    "booked": (_("Signed up"), "info"),
    "cancelled": (_("Given back"), "neutral"),
    "attended": (_("Was there"), "ok"),
    "absent": (_("Did not come"), "warn"),
}
#: Side that said that a volunteer did not come.
WITNESSES = {
    "organizer": _("says the organizer"),
    "officer": _("says an officer"),
}
