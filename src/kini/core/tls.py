"""Certificates that the program trusts when it calls other systems."""

import ssl
from functools import cache

import httpx


@cache
def context() -> ssl.SSLContext:
    """Context for all calls of this process: to read the certificates anew takes each one 25 ms of CPU."""
    return httpx.create_ssl_context()
