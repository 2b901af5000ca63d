"""`./kini sandbox payments`: a payment provider to try with, on loopback (part of up in a first look)."""

import argparse
import os
import signal
from pathlib import Path
from threading import Thread

from kini.core.environment import ROOT
from kini.payments.sandbox import keys
from kini.payments.sandbox.bank import Bank
from kini.payments.sandbox.server import Sandbox, server


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8790, help="port on loopback (8790)")
    parser.add_argument("--city", default="http://127.0.0.1:8000", help="address of the city that is told of payments")
    parser.add_argument("--var", type=Path, help="folder for its keys and orders (payments in the var folder)")


def run(options: argparse.Namespace) -> int:
    folder = options.var or Path(os.environ.get("KINI_VAR", ROOT / "var")) / "payments"
    made = keys.made(folder)
    provider = Sandbox(Bank(folder / "orders.sqlite3"), made, f"{options.city}/payments/notices/{keys.NAME}/")
    running = server(provider, options.port)
    configuration = keys.configure(made, running.server_address[1])
    print(f"Pretended bank: http://127.0.0.1:{running.server_address[1]}  (KINI_PAYMENTS={configuration})", flush=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: Thread(target=running.shutdown).start())
    running.serve_forever()
    return 0
