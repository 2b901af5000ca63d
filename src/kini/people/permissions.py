"""Permissions of officers, granted by roles of the pack and checked in `rules`."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    SEE_CASES = "see-cases"  # the queue and case pages of one's agency and area
    ACT = "act"  # take the steps that a flow gives to one's role
    ASSIGN = "assign"  # hand a case to a colleague
    TRANSFER = "transfer"  # pass a case to another agency
    NOTE = "note"  # write and read internal notes
    SEE_IDENTITY = "see-identity"  # unmask names' numbers; every look is logged
    APPLY_FOR_OTHERS = "apply-for-others"  # at a counter, for a resident without a phone
    REOPEN = "reopen"  # bring an ended case back where the flow allows it
    JOIN_CASES = "join-cases"  # join a case to an earlier one that is the same thing
    SEE_OVERDUE = "see-overdue"  # the view of what is late and why
    MANAGE_LETTERS = "manage-letters"  # withdraw an issued letter, or put a newer one in its place
    REFUND = "refund"  # give a payment back, and record what was returned by hand
    SEE_MESSAGES = "see-messages"  # what reached nobody, letters to post, and how messages read
    MANAGE_REPLIES = "manage-replies"  # write the canned replies of one's agency
    MANAGE_VOUCHERS = "manage-vouchers"  # print codes for the city's Wi-Fi, and take them back
    PLAN_WIFI = "plan-wifi"  # choose where new points of the city's Wi-Fi come
    BLOCK_WIFI = "block-wifi"  # keep devices and people out of the city's Wi-Fi, and let them in again
    WATCH_NETWORK = "watch-network"  # whether the city's Wi-Fi works, and whom it serves
    PROTECT_DATA = "protect-data"  # hold data back from deletion, and keep the register of data breaches
    MANAGE_OFFICERS = "manage-officers"  # grant and withdraw roles within one's agency


#: Labels shown to those who grant roles.
PERMISSION_LABELS: Mapping[Permission, str | Promise] = {
    Permission.SEE_CASES: _("see cases"),
    Permission.ACT: _("take steps"),
    Permission.ASSIGN: _("hand out cases"),
    Permission.TRANSFER: _("pass cases to another agency"),
    Permission.NOTE: _("write and read notes"),
    Permission.SEE_IDENTITY: _("see who a resident is (every look is logged)"),
    Permission.APPLY_FOR_OTHERS: _("apply for residents at a counter"),
    Permission.REOPEN: _("reopen ended cases"),
    Permission.JOIN_CASES: _("join cases that are the same thing"),
    Permission.SEE_OVERDUE: _("see what is late, and the numbers"),
    Permission.MANAGE_LETTERS: _("withdraw and replace letters"),
    Permission.REFUND: _("give payments back"),
    Permission.SEE_MESSAGES: _("see messages that reached nobody"),
    Permission.MANAGE_REPLIES: _("write canned replies"),
    Permission.MANAGE_VOUCHERS: _("hand out Wi-Fi codes"),
    Permission.PLAN_WIFI: _("plan new Wi-Fi points"),
    Permission.BLOCK_WIFI: _("keep somebody out of the Wi-Fi"),
    Permission.WATCH_NETWORK: _("watch the city's Wi-Fi"),
    Permission.PROTECT_DATA: _("hold data back from deletion, and keep the register of data breaches"),
    Permission.MANAGE_OFFICERS: _("manage officers and their roles"),
}
