"""`./kini sandbox messages`: providers of SMS and WhatsApp to try with, on loopback (part of up in a first look)."""

import argparse
import signal
from pathlib import Path
from threading import Thread

from django.conf import settings

from kini.messages import wording
from kini.messages.sandbox import keys
from kini.messages.sandbox.carriers import Carriers
from kini.messages.sandbox.server import Sandbox, server


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8791, help="port on loopback (8791)")
    parser.add_argument("--city", default="http://127.0.0.1:8000", help="address of the city that is told of messages")
    parser.add_argument("--var", type=Path, help="folder for its configuration (messages in the var folder)")


def run(options: argparse.Namespace) -> int:
    made = keys.made()
    running = server(Sandbox(Carriers(wording.templates()), made, f"{options.city}/messages/notices/"), options.port)
    port = running.server_address[1]
    configuration = keys.configure(options.var or settings.VAR_PATH / "messages", made, port)
    print(f"Pretended phones: http://127.0.0.1:{port}/  (KINI_MESSAGES={configuration})", flush=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: Thread(target=running.shutdown).start())
    running.serve_forever()
    return 0
