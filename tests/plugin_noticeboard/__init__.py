"""A room outside of `src/`: the city's noticeboard. Officers post notices, and each goes to the local press.

Switched on with KINI_PLUGINS=tests.plugin_noticeboard. docs/developers.md builds it step by step ("Add a room").
"""
