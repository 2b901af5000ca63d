"""Actions on slots and bookings by applicants and jobs. Officers' actions are in `venue_actions.py`."""

from kini.booking.actions.changes import cancel_booking, move_booking, release_draft, reschedule, transfer_bookings
from kini.booking.actions.key_rotation import rotate_keys
from kini.booking.actions.reservations import book_slot, confirm_booking, hold_slot, open_case
from kini.booking.actions.slots import create_example_slot, end_example_slot, open_slots
from kini.booking.actions.waiting_list import expire_holds, join_waiting_list, offer_free_places

__all__ = [
    "book_slot",
    "cancel_booking",
    "confirm_booking",
    "create_example_slot",
    "end_example_slot",
    "expire_holds",
    "hold_slot",
    "join_waiting_list",
    "move_booking",
    "offer_free_places",
    "open_case",
    "open_slots",
    "release_draft",
    "reschedule",
    "rotate_keys",
    "transfer_bookings",
]
