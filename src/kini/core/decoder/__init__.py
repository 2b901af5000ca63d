"""Decoding of hostile files in separate processes, which have no keys, little time and little memory.

`client` runs in the web process; `fork_server` is the helper that it starts; `errors` says why a file cannot be taken.
Nothing that the helper imports needs Django.
"""
