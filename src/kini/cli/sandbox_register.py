"""`./kini sandbox register`: a civil registry to try with, on loopback (part of up in a first look)."""

import argparse
import signal
from pathlib import Path
from threading import Thread

from django.conf import settings
from django.utils import timezone, translation

from kini.city import pack
from kini.demo.people import AT_COUNTER, WITH_ACCOUNT, name_of
from kini.people import rules
from kini.people.registers.sandbox import Person, Sandbox, configure, server
from kini.services.fields.identity import national_example

#: Beyond the people of the demo, so that a new account finds a number, too.
MORE = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8792, help="port on loopback (8792)")
    parser.add_argument("--city", default="http://127.0.0.1:8000", help="address of the city that asks")
    parser.add_argument("--var", type=Path, help="folder for its configuration (register in the var folder)")


def people() -> dict[str, Person]:
    """Made-up people by number: those of the demo, and some whom nobody has met yet."""
    sort, today = pack.current().national_id, timezone.localdate()
    with translation.override(pack.current().languages[0]):
        numbered = range(1, WITH_ACCOUNT + AT_COUNTER + MORE + 1)
        read = [(number, rules.read_national_id(national_example(sort, number), sort, today)) for number in numbered]
        return {each.number: Person(name_of(number), f"{each.birth_date or ''}") for number, each in read}


def run(options: argparse.Namespace) -> int:
    sandbox = Sandbox(people())
    running = server(sandbox, options.port)
    port = running.server_address[1]
    configuration = configure(options.var or settings.VAR_PATH / "register", sandbox.token, port)
    print(f"Pretended civil registry: http://127.0.0.1:{port}/  (KINI_REGISTER={configuration})", flush=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: Thread(target=running.shutdown).start())
    running.serve_forever()
    return 0
