"""Plan of opened vials: how many to open now, and how many people to call so that nothing is thrown away. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VialPlan:
    """Plan until closing.

    Attributes:
        open_now: vials to open for those who are present; nobody who is there is sent away to save a vial.
        until_closing: vials in all, those among them.
        left_over: doses that nobody needs then.
    """

    open_now: int
    until_closing: int
    left_over: int


def plan_vials(present: int, expected: int, open_doses: int, doses_per_vial: int) -> VialPlan:
    """Plan the vials of a vaccine.

    Args:
        present: people who wait for it now.
        expected: further people with an appointment until closing, or until an opened vial must be used.
        open_doses: doses in opened vials that may still be given.
    """
    open_now = -(-max(0, present - open_doses) // doses_per_vial)
    until_closing = -(-max(0, present + expected - open_doses) // doses_per_vial)
    left_over = open_doses + until_closing * doses_per_vial - present - expected
    return VialPlan(open_now, until_closing, left_over)
