"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.booking.allocation import SlotFull as SlotFull
from kini.booking.allocation import raise_for_verdict as raise_for_verdict
from kini.booking.schedule import BookingOptions as BookingOptions
from kini.booking.venue_actions import check_in as check_in
from kini.booking.venue_actions import finish_booking as finish_booking
