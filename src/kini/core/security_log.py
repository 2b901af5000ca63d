"""Log of refused attempts, one line each, for fail2ban and SIEMs (deploy/fail2ban/).

A line names the event, the client's address, and the network to ban: the address itself, of IPv6 its /64. It never
names a phone number, an e-mail address, a code, a token or a person; further facts are names from the code (a limit, a
program's client id), never what somebody typed.
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
]


def report(event: Event, **facts: str | int) -> None:
    """Write one line about a refused attempt of the client whose request this thread answers.

    Args:
        event: name in the filter of fail2ban.
        facts: names from the code or numbers; nothing that somebody typed.
    """
    client = current_client()
    log.warning(event, client=client, network=network_of(client), **facts)
