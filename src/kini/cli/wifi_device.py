"""`./kini wifi device MAC`: admit a device without sign-in, or block it."""

import argparse

from kini.cli import console
from kini.core.actors import ActionRefused, system
from kini.wifi import actions


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("mac", help="its MAC address, in any usual way of writing")
    deed = parser.add_mutually_exclusive_group(required=True)
    deed.add_argument("--group", help="let it in, within the limits of this group of wifi.yaml")
    deed.add_argument("--block", action="store_true", help="keep it out")
    deed.add_argument("--release", action="store_true", help="block it no longer")
    deed.add_argument("--forget", action="store_true", help="let it sign in again")
    parser.add_argument("--days", type=int, default=30, help="with --group: for how many days (30)")


def run(options: argparse.Namespace) -> int:
    by = system("wifi device")
    try:
        if options.group:
            actions.register_device(by=by, mac=options.mac, group=options.group, days=options.days)
        elif options.forget:
            if not actions.forget_device(by=by, mac=options.mac):
                raise console.CommandError("this device is not known, or is blocked.")
        else:
            actions.block_device(by=by, mac=options.mac, blocked=options.block)
    except ActionRefused as reason:
        raise console.CommandError(str(reason)) from None
    print("Done. The access point of a running session is told.")
    return 0
