"""What an officer may be allowed to do: one list, granted by roles of the pack, checked in one place."""

from enum import StrEnum


class Permission(StrEnum):
    SEE_CASES = "see-cases"  # the queue and case pages of one's agency and area
    ACT = "act"  # take the steps that a flow gives to one's role
    ASSIGN = "assign"  # hand a case to a colleague
    TRANSFER = "transfer"  # pass a case to another agency
    NOTE = "note"  # write and read internal notes
    SEE_IDENTITY = "see-identity"  # unmask names' numbers; every look is logged
    APPLY_FOR_OTHERS = "apply-for-others"  # at a counter, for a resident without a phone
    REOPEN = "reopen"  # bring an ended case back where the flow allows it
    SEE_OVERDUE = "see-overdue"  # the view of what is late and why
    MANAGE_OFFICERS = "manage-officers"  # grant and withdraw roles within one's agency
