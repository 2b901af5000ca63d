"""`./kini wifi device MAC`: admit a device without sign-in, or block it."""

import argparse

from kini.core import command_line
from kini.core.actors import ActionRefused, system
from kini.wifi import actions


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("mac", help="MAC address in any usual notation")
    command = parser.add_mutually_exclusive_group(required=True)
    command.add_argument("--group", help="admit it with the limits of this group of wifi.yaml")
    command.add_argument("--block", action="store_true", help="block it")
    command.add_argument("--release", action="store_true", help="unblock it")
    command.add_argument("--forget", action="store_true", help="forget it, so that it must sign in")
    parser.add_argument("--days", type=int, default=30, help="with --group: number of days (30)")


def run(options: argparse.Namespace) -> int:
    by = system("wifi device")
    try:
        if options.group:
            actions.register_device(by=by, mac=options.mac, group=options.group, days=options.days)
        elif options.forget:
            if not actions.forget_device(by=by, mac=options.mac):
                raise command_line.CommandError("the device is unknown or blocked.")
        else:
            actions.block_device(by=by, mac=options.mac, blocked=options.block)
    except ActionRefused as reason:
        raise command_line.CommandError(str(reason)) from None
    print("Done. A running session is re-authorized at its access point.")
    return 0
