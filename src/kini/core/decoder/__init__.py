"""Hostile files are opened in processes of their own, which have no keys, little time and little memory.

`client` runs in the web process; `fork_server` is the helper that it starts; `unfit` says why a file cannot be taken.
Nothing that the helper imports needs Django.
"""
