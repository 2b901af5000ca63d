"""Words for states of pools, gifts and payouts: label and tone."""

from django.utils.translation import gettext_lazy as _

POOL_STATES = {
    "open": (_("Takes gifts"), "info"),
    "reached": (_("Target reached"), "ok"),
    "short": (_("Closed short, gifts refunded"), "neutral"),
}
GIFT_STATES = {
    "promised": (_("Not paid yet"), "warn"),
    "held": (_("Arrived in the pool"), "ok"),
    "refunded": (_("Is refunded"), "neutral"),
    "lapsed": (_("Lapsed"), "neutral"),
    "withdrawn": (_("Withdrawn"), "neutral"),
}
PAYOUT_STATES = {
    "proposed": (_("Waits for a second person"), "warn"),
    "paid": (_("Paid, packages not yet received"), "info"),
    "settled": (_("Packages received"), "ok"),
    "returned": (_("Came back"), "neutral"),
    "declined": (_("Declined"), "neutral"),
}
CHECKED = (_("Held for a check"), "warn")
COSTS_PAID = (_("Paid"), "ok")
