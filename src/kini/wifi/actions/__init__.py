"""All writes of the room, as jobs, commands and the demo call them."""

from kini.wifi.actions.accounting import collect, destroy_pseudonym_keys, forget_day
from kini.wifi.actions.admission import forget_device, know_device, load_policies
from kini.wifi.actions.blocks import LONGEST_REASON, block, block_device, lift_block
from kini.wifi.actions.entrance import let_radius_in
from kini.wifi.actions.faults import note_fault
from kini.wifi.actions.health import check_health, count_availability, hear_beat
from kini.wifi.actions.plans import RECKON, ask_for_plan, begin_plan, remove_plan, settle_plan
from kini.wifi.actions.points import address_made_up, import_points, lay_made_up, lay_samples, rotate_keys
from kini.wifi.actions.portal import sign_in, sign_out
from kini.wifi.actions.reviews import REVIEW, review_sessions, settle_review
from kini.wifi.actions.served import close_day, count_use, note_day
from kini.wifi.actions.vouchers import make_vouchers, withdraw_vouchers

__all__ = [
    "LONGEST_REASON",
    "RECKON",
    "REVIEW",
    "address_made_up",
    "ask_for_plan",
    "begin_plan",
    "block",
    "block_device",
    "check_health",
    "close_day",
    "collect",
    "count_availability",
    "count_use",
    "destroy_pseudonym_keys",
    "forget_day",
    "forget_device",
    "hear_beat",
    "import_points",
    "know_device",
    "lay_made_up",
    "lay_samples",
    "let_radius_in",
    "lift_block",
    "load_policies",
    "make_vouchers",
    "note_day",
    "note_fault",
    "remove_plan",
    "review_sessions",
    "rotate_keys",
    "settle_plan",
    "settle_review",
    "sign_in",
    "sign_out",
    "withdraw_vouchers",
]
