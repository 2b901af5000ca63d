"""`./kini wifi vouchers`: create codes to print, for a school or a neighbourhood; they are shown once."""

import argparse

from kini.core import command_line
from kini.core.actors import ActionRefused, system
from kini.wifi import actions


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("label", help="label of the sheet, by which its codes can be withdrawn")
    parser.add_argument("--group", help="group of wifi.yaml with the limits")
    parser.add_argument("--count", type=int, default=30, help="number of codes (30)")
    parser.add_argument("--days", type=int, default=30, help="validity in days (30)")
    parser.add_argument("--devices", type=int, help="maximum number of devices per code (unlimited)")
    parser.add_argument("--withdraw", action="store_true", help="withdraw the codes of this label")


def run(options: argparse.Namespace) -> int:
    by = system("wifi vouchers")
    if options.withdraw:
        print(f"{actions.withdraw_vouchers(by=by, label=options.label)} vouchers withdrawn.")
        return 0
    if not options.group:
        raise command_line.CommandError("give the group with --group.")
    try:
        codes = actions.create_vouchers(
            by=by,
            group=options.group,
            count=options.count,
            days=options.days,
            label=options.label,
            devices=options.devices,
        )
    except ActionRefused as reason:
        raise command_line.CommandError(str(reason)) from None
    print(*codes, sep="\n")
    return 0
