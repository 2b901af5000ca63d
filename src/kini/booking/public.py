"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.booking.allocation import SlotFull as SlotFull
from kini.booking.allocation import raise_for_verdict as raise_for_verdict
from kini.booking.schedule import BookingOptions as BookingOptions
