"""Messages from the city to residents: an inbox as the record, and delivery by one channel after another.

Rooms above call `actions.tell`; the texts come from the pack.
"""
