"""Sandbox civil register of the demo: the demo people and some additional ones."""

from http.server import ThreadingHTTPServer
from pathlib import Path

from django.utils import timezone, translation

from kini.city.public import pack
from kini.demo.people import AT_COUNTER, WITH_ACCOUNT, name_of
from kini.people import rules
from kini.people.public import RegisteredPerson, Sandbox, configure, server
from kini.services.public import example_national_id

#: Additional people, so that new accounts can use their numbers.
MORE = 20


def people() -> dict[str, RegisteredPerson]:
    """Fictitious people by identity number."""
    kind, today = pack.current().national_id, timezone.localdate()
    with translation.override(pack.current().languages[0]):
        numbered = range(1, WITH_ACCOUNT + AT_COUNTER + MORE + 1)
        read = [
            (number, rules.parse_national_id(example_national_id(kind, number), kind, today)) for number in numbered
        ]
        return {each.number: RegisteredPerson(name_of(number), f"{each.birth_date or ''}") for number, each in read}


def start(folder: Path, _city: str, port: int) -> tuple[ThreadingHTTPServer, Path]:
    """Create server and configuration file for core.sandboxes."""
    sandbox = Sandbox(people())
    running = server(sandbox, port)
    return running, configure(folder, sandbox.token, running.server_address[1])
