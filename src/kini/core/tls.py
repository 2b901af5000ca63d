"""Certificates that the program trusts when it calls other systems."""

import ssl
from functools import cache

import httpx


@cache
def context() -> ssl.SSLContext:
    """SSL context of all outgoing calls of this process; reading the certificates takes 25 ms of CPU."""
    return httpx.create_ssl_context()
