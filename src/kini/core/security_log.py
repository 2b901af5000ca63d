"""Log of refused attempts, one line each, for fail2ban and SIEMs (deploy/fail2ban/).

A line has the event, the client's address, and the network to ban: the address, for IPv6 its /64. It never has a phone
number, an e-mail address, a code, a token or a person; further facts are names from the code (a limit, a client id),
never user input.
"""

from typing import Literal

import structlog

from kini.core.client_address import current_client, network_of

log = structlog.get_logger("kini.security")

type Event = Literal[
    "code-refused",
    "sign-in-refused",
    "second-step-refused",
    "client-secret-refused",
    "token-refused",
    "limit-reached",
    "request-refused",
    "access-unusual",
    "record-denied",
    "glass-broken",
]


def report(event: Event, **facts: str | int) -> None:
    """Log a refused attempt of the client whose request this thread handles.

    Args:
        event: name in fail2ban's filter.
        facts: names from the code or numbers; never user input.
    """
    client = current_client()
    log.warning(event, client=client, network=network_of(client), **facts)
