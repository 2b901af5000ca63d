"""`./kini wifi radius`: write FreeRADIUS's configuration, check it, or run it together with the collector."""

import argparse
import os
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from kini.core import command_line
from kini.core.process_supervisor import Supervisor, kini_command, spawn_command
from kini.wifi.public import DatabaseRoleError, freeradius


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="let FreeRADIUS check the configuration")
    parser.add_argument("--run", action="store_true", help="run it in the foreground until Ctrl-C")
    parser.add_argument(
        "--no-collect",
        action="store_true",
        help="with --run: without the collector (the worker loads accounting every minute)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument(
        "--port", type=int, default=1812, help="port for Access-Requests (1812); the next one is for accounting"
    )
    parser.add_argument(
        "--remember",
        type=int,
        metavar="N",
        help="admit at most N known devices while the database is down (default: capacity of all access points)",
    )
    parser.add_argument("--portal", default="", help="sign-in page named in rejects (the city's Wi-Fi page)")
    parser.add_argument(
        "--folder", type=Path, default=settings.VAR_PATH / "radius", help="output folder (radius in KINI_VAR)"
    )


def run(options: argparse.Namespace) -> int:
    if options.remember is not None and options.remember < 1:
        raise command_line.CommandError("--remember must be 1 or more.")
    folder = options.folder.resolve()
    portal = options.portal or f"{settings.ENV.address}{reverse('wifi:points')}"
    try:
        written = freeradius.write_config(
            folder, host=options.host, port=options.port, portal=portal, remember=options.remember
        )
    except DatabaseRoleError as reason:
        raise command_line.CommandError(str(reason)) from None
    print(f"Written to {written.folder}: {written.clients} NAS with an address.", flush=True)
    if options.check or options.run:
        if fault := freeradius.check_config(folder):
            print(fault)
            raise command_line.CommandError("FreeRADIUS rejects this configuration; see above.")
        print("FreeRADIUS accepts it.", flush=True)
    if options.run:
        return _run(folder, collect=not options.no_collect)
    return 0


def _run(folder: Path, *, collect: bool) -> int:
    """Run FreeRADIUS and the collector until Ctrl-C.

    Raises:
        command_line.CommandError: when FreeRADIUS ended by itself.
    """
    env = dict(os.environ)
    following = ["wifi", "collect", "--follow", "--folder", str(folder / "detail")]
    with Supervisor() as supervisor:
        supervisor.start(
            "RADIUS server", spawn_command(list(freeradius.server_command(folder, "-f", "-l", "stdout")), env)
        )
        if collect:
            supervisor.start("collector", spawn_command(kini_command(*following), env), again=True)
        if reason := supervisor.wait():
            raise command_line.CommandError(f"{reason}; see its output above.")
    return 0
