"""`./kini sandbox [NAME ...]`: sandbox servers of outside systems on loopback, in one process (`up` runs it too)."""

import argparse
import signal
import threading
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

from kini.core.sandboxes import SandboxServer, StartSandbox, sandboxes

sandboxes.register("register", SandboxServer("Sandbox civil registry", 8792, "kini.demo.civil_register.start"))
sandboxes.register("satusehat", SandboxServer("Sandbox SATUSEHAT", 8793, "kini.demo.satusehat.start"))
sandboxes.register("open311", SandboxServer("Sandbox Open311 of another city", 8794, "kini.demo.neighbour.start"))


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        choices=[[], *sandboxes.names()],
        help=f"{', '.join(sandboxes.names())} (all)",
    )
    parser.add_argument("--port", type=int, help="port on loopback; 0: any free one for each")
    parser.add_argument("--city", default="http://127.0.0.1:8000", help="URL of the city that they call")
    parser.add_argument("--var", type=Path, help="folder for their configurations (the var folder)")


def run(options: argparse.Namespace) -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    for name in options.names or sandboxes.names():
        sandbox = sandboxes.get(name)
        start: StartSandbox = import_string(sandbox.start)
        port = sandbox.port if options.port is None else options.port
        server, configuration = start((options.var or settings.VAR_PATH) / name, options.city, port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        print(f"{sandbox.label}: {address}  (KINI_{name.upper()}={configuration})", flush=True)
    stop.wait()
    return 0
