"""Messages: what the city tells a person, once, in an inbox that is the record and by the channel that reaches them.

Rooms above say what happened (`actions.tell`); the pack says it in words; channels carry it one after the other.
"""
