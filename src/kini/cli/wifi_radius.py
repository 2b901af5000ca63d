"""`./kini wifi radius`: FreeRADIUS with the city's configuration, written, checked, run."""

import argparse
import subprocess
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from kini.cli import console
from kini.wifi import radius
from kini.wifi.entrance import EntranceFault


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="let FreeRADIUS check what was written")
    parser.add_argument("--run", action="store_true", help="run it in the foreground until Ctrl-C")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument(
        "--port", type=int, default=1812, help="port for Access-Requests (1812); the next one is for accounting"
    )
    parser.add_argument("--portal", default="", help="where people sign in; told in refusals (the city's Wi-Fi page)")
    parser.add_argument("--folder", type=Path, default=settings.VAR_PATH / "radius", help="folder (radius in KINI_VAR)")


def run(options: argparse.Namespace) -> int:
    folder = options.folder.resolve()
    portal = options.portal or f"{settings.ENV.address}{reverse('wifi:points')}"
    try:
        found = radius.write(folder, host=options.host, port=options.port, portal=portal)
    except EntranceFault as reason:
        raise console.Fault(str(reason)) from None
    print(f"Written to {found.folder}: {found.clients} NAS with an address.", flush=True)
    if options.check or options.run:
        if fault := radius.check(folder):
            print(fault)
            raise console.Fault("FreeRADIUS does not take this configuration; see the lines above.")
        print("FreeRADIUS takes it.", flush=True)
    if options.run:
        return subprocess.run(radius.command(folder, "-f", "-l", "stdout"), check=False).returncode
    return 0
