"""Actions on slots and bookings by applicants and jobs. Officers' actions are in `venue.py`."""

from kini.booking.actions.changing import cancel, give_up, hand_over, move, reschedule
from kini.booking.actions.keys import rotate_keys
from kini.booking.actions.making import book, confirm, hold, open_case
from kini.booking.actions.slots import open_slots, rehearse_past, rehearse_slots
from kini.booking.actions.waiting import pass_on, sweep, wait

__all__ = [
    "book",
    "cancel",
    "confirm",
    "give_up",
    "hand_over",
    "hold",
    "move",
    "open_case",
    "open_slots",
    "pass_on",
    "rehearse_past",
    "rehearse_slots",
    "reschedule",
    "rotate_keys",
    "sweep",
    "wait",
]
