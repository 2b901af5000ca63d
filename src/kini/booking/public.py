"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.booking.schedule import BookingOptions as BookingOptions
