"""Whether access points work, by what their accounting and heartbeats say: one rule, dated data of the pack, for the
pages of residents, the alerts and the months' availability.
"""
