"""Verbs of the `kini` command: each parses its arguments and calls a room."""
