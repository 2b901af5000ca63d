"""Decoding of hostile files in separate processes without keys and with limited time and memory.

`client` runs in the web process and starts `fork_server`, which forks for each file. Nothing that it imports needs
Django.
"""
